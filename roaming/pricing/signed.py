"""signed_data (OCMF) against the CDR: signatures by its public key, readings by the energy of each direction, meter and
times by what the CDR says.

What was signed is looked at, never changed: it travels byte for byte (CDR-26). START and END may be one container or
two, in any order; the same container sent twice counts once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from roaming.pricing.clock import moment
from roaming.pricing.figures import listed, number
from roaming.pricing.findings import Finding, error, note, warning
from roaming.pricing.flows import flows
from roaming.pricing.ocmf import BEGIN, ENDS, REGISTERS, Reading, Record, readings, record, unwrapped
from roaming.pricing.ocmf_signatures import Verdict, fingerprint, verify

SLACK = Decimal("0.01")  # kWh
TIME_SLACK = timedelta(seconds=60)
Json = Mapping[str, Any]

SAID = {
    Verdict.INVALID: (error, "signature_invalid", "the signature is not of this record by this public key"),
    Verdict.MISSING: (error, "signature_missing", "the record carries no signature"),
    Verdict.BAD_KEY: (error, "public_key_unreadable", "the public key cannot be read"),
    Verdict.NO_KEY: (note, "signature_not_checked", "there is no public key to check the signature by"),
    Verdict.UNKNOWN: (note, "signature_not_checked", "is signed by an algorithm that is not known here"),
}


class Container(NamedTuple):
    """One signed value; `record` is None where it is no OCMF."""

    nature: str
    pointer: str
    record: Record | None
    verdict: Verdict
    readings: Sequence[Reading]


def signed_check(cdr: Json) -> Iterator[Finding]:
    signed = cdr.get("signed_data")
    if not isinstance(signed, Mapping):
        return
    if not readable(signed):
        method = str(signed.get("encoding_method", ""))
        yield note("signed_data_not_read", "/signed_data/encoding_method", f"{method!r} is not read, only OCMF is")
        return
    found = containers(cdr)
    for one in found:
        yield from _container(cdr, one)
    serials = {one.record.serial.casefold(): one.record.serial for one in found if one.record and one.record.serial}
    if len(serials) > 1:
        message = f"signed values of several meters: {', '.join(sorted(serials.values()))}"
        yield error("meter_serial_mismatch", "/signed_data/signed_values", message)
    told = [reading for one in found for reading in one.readings]
    yield from _times(cdr, told)
    yield from _energy(cdr, told)


def readable(signed: Json) -> bool:
    values = [one for one in listed(signed.get("signed_values")) if isinstance(one, Mapping)]
    is_ocmf = str(signed.get("encoding_method", "")).casefold().startswith("ocmf")
    return is_ocmf or any(unwrapped(one.get("signed_data")) for one in values)


def containers(cdr: Json) -> list[Container]:
    """Each signed value as read and checked; what the meter wrote may stand in plain_data instead."""
    signed = cdr.get("signed_data")
    signed = signed if isinstance(signed, Mapping) else {}
    found, seen = [], set[bytes]()
    for at, value in enumerate(listed(signed.get("signed_values"))):
        told: Json = value if isinstance(value, Mapping) else {}
        pointer, nature = f"/signed_data/signed_values/{at}/signed_data", str(told.get("nature", ""))
        read = record(told.get("signed_data")) or record(told.get("plain_data"))
        if read is None:
            found.append(Container(nature, pointer, None, Verdict.MISSING, ()))
            continue
        fresh = read.signed not in seen
        seen.add(read.signed)
        verdict = verify(read, signed.get("public_key"))
        found.append(Container(nature, pointer, read, verdict, tuple(readings(read)) if fresh else ()))
    return found


def key_fingerprint(cdr: Json) -> str:
    signed = cdr.get("signed_data")
    return fingerprint(signed.get("public_key")) if isinstance(signed, Mapping) else ""


def span(told: Sequence[Reading]) -> tuple[Reading, Reading] | None:
    """Begin and end among the readings of one register; a register of the transaction begins at zero by itself."""
    timed = sorted((one.at, at) for at, one in enumerate(told) if one.at is not None)
    ordered = [told[at] for _, at in timed] if len(timed) == len(told) else list(told)
    begin = next((one for one in ordered if one.reason == BEGIN), ordered[0])
    end = next((one for one in reversed(ordered) if one.reason in ENDS), ordered[-1])
    if begin is end:
        return (begin._replace(kwh=Decimal()), end) if end.counts_from_zero else None
    return begin, end


def _container(cdr: Json, one: Container) -> Iterator[Finding]:
    if one.record is None:
        yield error("signed_data_unreadable", one.pointer, "is not an OCMF record")
        return
    if one.verdict in SAID:
        kind, code, message = SAID[one.verdict]
        yield kind(code, one.pointer, message)
    serial, meter = one.record.payload.get("MS"), cdr.get("meter_id")
    if serial and meter and str(serial).casefold() != str(meter).casefold():
        message = f"is signed for meter {str(serial)!r}, the CDR names {meter!r}"
        yield error("meter_serial_mismatch", one.pointer, message)
    for reading in one.readings:
        if reading.fault:
            yield error("signed_reading_not_for_billing", one.pointer, f"{reading.kwh:f} kWh: {reading.fault}")


def _times(cdr: Json, told: Sequence[Reading]) -> Iterator[Finding]:
    """Readings of another time than the CDR's are another session's; a clock that is not set says nothing."""
    begun, ended = moment(cdr.get("start_date_time")), moment(cdr.get("end_date_time"))
    if begun is None or ended is None:
        return
    for one in told:
        if one.at is None or one.clock == "U":
            continue
        outside = max(begun - one.at, one.at - ended)
        if outside > TIME_SLACK:
            seconds = outside // timedelta(seconds=1)
            message = f"a signed reading is of {one.at:%Y-%m-%dT%H:%M:%S%z}, {seconds} s outside the session"
            yield warning("signed_time_mismatch", "/signed_data/signed_values", message)
            return


def _energy(cdr: Json, told: Sequence[Reading]) -> Iterator[Finding]:
    """Each direction against its own register, never the net; the total stands in where no period tells."""
    energy, whole = flows(cdr), number(cdr.get("total_energy"))
    claims = {"import": whole if energy is None else energy.imported,
              "export": None if energy is None else energy.exported}  # fmt: skip
    for way in REGISTERS:
        claimed, register = claims[way], [one for one in told if one.way == way]
        register = [one for one in register if one.register == register[0].register]
        if claimed is None or not register:
            continue
        ends = span(register)
        if ends is None:
            if claimed > SLACK:
                message = f"only one signed reading of {way}: it shows no energy"
                yield note("signed_reading_missing", "/signed_data/signed_values", message)
            continue
        signed = ends[1].kwh - ends[0].kwh
        if abs(claimed - signed) > SLACK:
            message = f"claims {claimed:f} kWh of {way}, the signed readings are {signed:f} kWh apart"
            amounts = {"claimed": claimed, "signed": signed}
            yield warning("signed_energy_mismatch", "/total_energy", message, amounts=amounts)
