"""Scalars of OCPI and the small classes that every module shares (TYP-01 to TYP-10).

DateTime and Number are datetime and Decimal to the type checker; at run time they are subclasses, so that decoding
goes through `decoding.py`, which knows OCPI's forms and bounds, and encoding through `json.py`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

# Written with lookaheads instead of `$`, which would let a trailing newline through; both dialects of regex agree.
PRINTABLE_ASCII = r"^[\x20-\x7e]*(?![\s\S])"
IDENTIFIER = r"^[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*(?![\s\S])"
ONE_LINE = r"^[^\x00-\x1f\x7f]*(?![\s\S])"
PARTY = r"^[A-Za-z0-9]{1,3}(?![\s\S])"
HTTP_URL = r"^[hH][tT][tT][pP][sS]?://[^\s/?#]+[^\x00-\x20\x7f]*(?![\s\S])"
THREE_LETTERS = r"^[A-Za-z]{3}(?![\s\S])"
TWO_LETTERS = r"^[A-Za-z]{2}(?![\s\S])"
NO_BLANKS = r"^[\x21-\x7e]+(?![\s\S])"
NO_MARKUP = r"^(?![\s\S]*</?[A-Za-z][^<]*>)[^\x00-\x1f\x7f]*(?![\s\S])"
LATITUDE = r"^-?[0-9]{1,2}\.[0-9]{5,7}(?![\s\S])"
LONGITUDE = r"^-?[0-9]{1,3}\.[0-9]{5,7}(?![\s\S])"
CLOCK = r"^([0-1][0-9]|2[0-3]):[0-5][0-9](?![\s\S])"
CALENDAR_DAY = r"^([12][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(?![\s\S])"

# What a peer is told instead of the regular expression.
IN_WORDS = {
    PRINTABLE_ASCII: "printable ASCII",
    IDENTIFIER: "printable ASCII, not blank",
    ONE_LINE: "one line of printable text",
    PARTY: "a party id of up to three letters or digits",
    HTTP_URL: "an absolute http(s) URL",
    THREE_LETTERS: "a code of three letters",
    TWO_LETTERS: "a code of two letters",
    NO_MARKUP: "one line of plain text without markup",
    LATITUDE: 'a string like "51.047599"',
    LONGITUDE: 'a string like "3.729944"',
    CLOCK: "a time of day like 13:30",
    CALENDAR_DAY: "a date like 2026-12-24",
    NO_BLANKS: "printable ASCII without blanks",
}

CountryCode = Annotated[str, Meta(max_length=2, pattern=TWO_LETTERS)]
PartyCode = Annotated[str, Meta(max_length=3, pattern=PARTY)]
Id36 = Annotated[str, Meta(max_length=36, pattern=IDENTIFIER)]
Id39 = Annotated[str, Meta(max_length=39, pattern=IDENTIFIER)]
CiString4 = Annotated[str, Meta(max_length=4, pattern=PRINTABLE_ASCII)]
CiString32 = Annotated[str, Meta(max_length=32, pattern=PRINTABLE_ASCII)]
CiString36 = Annotated[str, Meta(max_length=36, pattern=PRINTABLE_ASCII)]
CiString39 = Annotated[str, Meta(max_length=39, pattern=PRINTABLE_ASCII)]
CiString48 = Annotated[str, Meta(max_length=48, pattern=PRINTABLE_ASCII)]
String4 = Annotated[str, Meta(max_length=4, pattern=ONE_LINE)]
String10 = Annotated[str, Meta(max_length=10, pattern=ONE_LINE)]
String16 = Annotated[str, Meta(max_length=16, pattern=ONE_LINE)]
String45 = Annotated[str, Meta(max_length=45, pattern=ONE_LINE)]
String64 = Annotated[str, Meta(max_length=64, pattern=ONE_LINE)]
String100 = Annotated[str, Meta(max_length=100, pattern=ONE_LINE)]
String255 = Annotated[str, Meta(max_length=255, pattern=ONE_LINE)]
Opaque512 = Annotated[str, Meta(max_length=512)]
Opaque5000 = Annotated[str, Meta(max_length=5000)]  # signed data: passed on byte for byte, whatever it holds (CDR-26)
Url = Annotated[str, Meta(max_length=255, pattern=ONE_LINE)]
HttpUrl = Annotated[str, Meta(max_length=255, pattern=HTTP_URL)]  # one that we would call
Language = Annotated[str, Meta(max_length=2, pattern=TWO_LETTERS)]
Currency = Annotated[str, Meta(max_length=3, pattern=THREE_LETTERS)]
CountryAlpha3 = Annotated[str, Meta(max_length=3, pattern=THREE_LETTERS)]
Clock = Annotated[str, Meta(max_length=5, pattern=CLOCK)]
CalendarDay = Annotated[str, Meta(max_length=10, pattern=CALENDAR_DAY)]
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]
NO_DATA = "#NA"  # a required string whose value cannot exist (ENV-09)

if TYPE_CHECKING:
    DateTime = datetime
    Number = Decimal
else:

    class DateTime(datetime):
        def to_json(self) -> str:
            return format_datetime(self)

    class Number(Decimal):
        pass


class Violation(ValueError):
    """A rule between fields is broken: raised by a Struct, turned into InvalidObject by `decoding.decode`."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")


_FORM = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))? ?(?:[Zz]|([+-])(\d\d):?(\d\d))?", re.ASCII
)
_USUAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)
_CONFORMING = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z?", re.ASCII)


def parse_datetime(text: str) -> datetime:
    """UTC. Accepts the specification's forms and what peers send beside them: offsets, microseconds, a blank for the
    T, days without leading zero (TYP-01, TYP-02, CDR-29). Raises ValueError."""
    if not isinstance(text, str):
        raise ValueError("expected a date and time like 2026-11-21T12:00:00Z")
    try:
        return DateTime.fromisoformat(text) if _USUAL.fullmatch(text) else _unusual(text)
    except (ValueError, OverflowError):
        raise ValueError(f"expected a date and time like 2026-11-21T12:00:00Z, not {text[:32]!r}") from None


def _unusual(text: str) -> datetime:
    form = _FORM.fullmatch(text)
    if form is None:
        raise ValueError("not a form that we know")
    year, month, day, hour, minute, second, fraction, sign, ahead, minutes = form.groups()
    moment = DateTime(
        int(year),
        int(month),
        int(day),
        int(hour),
        int(minute),
        int(second),
        int((fraction or "0")[:6].ljust(6, "0")),
        UTC,
    )
    return moment if sign is None else _in_utc(moment, sign, int(ahead), int(minutes))


def _in_utc(local: datetime, sign: str, hours: int, minutes: int) -> datetime:
    if hours > 23 or minutes > 59:
        raise ValueError("offset out of range")
    ahead = timedelta(hours=hours, minutes=minutes)
    return local - ahead if sign == "+" else local + ahead


def format_datetime(moment: datetime) -> str:
    """`…Z` with three decimals or none, never more (TYP-02). Naive datetimes are a mistake of the caller."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without time zone cannot be sent")
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds" if utc.microsecond >= 1000 else "seconds") + "Z"


def is_conforming_datetime(text: str) -> bool:
    """Whether a peer's spelling is the specification's own; others are accepted and spelled right (`spelling`)."""
    return _CONFORMING.fullmatch(text) is not None


def same(one: str, other: str) -> bool:
    """CiString equality (TYP-03)."""
    return one.casefold() == other.casefold()


class Role(StrEnum):
    CPO = "CPO"
    EMSP = "EMSP"
    HUB = "HUB"
    NAP = "NAP"
    NSP = "NSP"
    OTHER = "OTHER"
    SCSP = "SCSP"


class ImageCategory(StrEnum):
    CHARGER = "CHARGER"
    ENTRANCE = "ENTRANCE"
    LOCATION = "LOCATION"
    NETWORK = "NETWORK"
    OPERATOR = "OPERATOR"
    OTHER = "OTHER"
    OWNER = "OWNER"


class DisplayText(Struct, omit_defaults=True):
    language: Language
    text: Annotated[str, Meta(max_length=512, pattern=NO_MARKUP)]


class Price(Struct, omit_defaults=True):
    excl_vat: Number
    incl_vat: Number | None = None  # absent is "not known", not "the same" (TYP-08)


class GeoLocation(Struct, omit_defaults=True):
    latitude: Annotated[str, Meta(max_length=10, pattern=LATITUDE)]
    longitude: Annotated[str, Meta(max_length=11, pattern=LONGITUDE)]


class Image(Struct, omit_defaults=True):
    url: Url
    category: ImageCategory
    type: CiString4
    thumbnail: Url | None = None
    width: Annotated[int, Meta(ge=0, le=99999)] | None = None
    height: Annotated[int, Meta(ge=0, le=99999)] | None = None


class BusinessDetails(Struct, omit_defaults=True):
    name: String100
    website: Url | None = None
    logo: Image | None = None


class EnergySource(Struct, omit_defaults=True):
    source: Literal["NUCLEAR", "GENERAL_FOSSIL", "COAL", "GAS", "GENERAL_GREEN", "SOLAR", "WIND", "WATER"]
    percentage: Number


class EnvironmentalImpact(Struct, omit_defaults=True):
    category: Literal["NUCLEAR_WASTE", "CARBON_DIOXIDE"]
    amount: Number


class EnergyMix(Struct, omit_defaults=True):
    is_green_energy: bool
    energy_sources: list[EnergySource] | None = None
    environ_impact: list[EnvironmentalImpact] | None = None
    supplier_name: String64 | None = None
    energy_product_name: String64 | None = None

    def __post_init__(self) -> None:
        total = sum((source.percentage for source in self.energy_sources or ()), Decimal(0))
        if self.energy_sources and abs(total - 100) > 1:  # thirds are printed as 33.3 (LOC-35)
            raise Violation("energy_sources", f"the percentages add up to {total}, not to 100")
