"""Parameters, each checked, none unknown: a misspelt filter that is passed over would bill everybody.

So would one that came empty out of somebody's script, or one of two that are said twice. Only `after` may be empty:
a reader that has no cursor yet begins so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.fields import empty

from roaming.models import BillingExport
from roaming.ocpi.party import PartyId
from roaming.services.billing_cdrs import VERDICTS, month

PAGE, MOST = 100, 1000


class PartyField(serializers.CharField):
    """NL/VLT."""

    def to_internal_value(self, data: Any) -> str:
        """Folded."""
        try:
            return str(PartyId.parse(super().to_internal_value(data)))
        except ValueError as problem:
            raise serializers.ValidationError(str(problem)) from None


class MonthField(serializers.CharField):
    """2026-11."""

    def to_internal_value(self, data: Any) -> str:
        """As it is, if it is one."""
        text: str = super().to_internal_value(data)
        try:
            month(text)
        except ValueError as problem:
            raise serializers.ValidationError(str(problem)) from None
        return text


class MomentField(serializers.DateTimeField):
    """With a zone; one without is UTC."""

    def to_internal_value(self, value: Any) -> Any:
        """As text in UTC."""
        found: datetime = super().to_internal_value(value)
        return found.isoformat()


class YesOrNo(serializers.BooleanField):
    """One of the two: a `null` out of somebody's script does not select both."""

    default_empty_html = empty


class Query(serializers.Serializer[Any]):
    """Refuses what it does not know."""

    def to_internal_value(self, data: Any) -> Any:
        """A sentence names what there is; a body that is no object is refused by the serializer."""
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        unknown = sorted(set(data) - set(self.fields))
        if unknown:
            known = ", ".join(self.fields) or "none"
            raise serializers.ValidationError({unknown[0]: [f"is no parameter; there are {known}"]})
        if isinstance(data, QueryDict):
            _said_once(data)
        return super().to_internal_value(data)


def _said_once(data: QueryDict) -> None:
    for name, values in data.lists():
        if len(values) > 1:
            raise serializers.ValidationError({name: ["is said more than once"]})
        if values == [""] and name != "after":
            raise serializers.ValidationError({name: ["is empty; leave it out to select all"]})


class CdrQuery(Query):
    """Which CDRs. What is not said does not narrow."""

    cpo = PartyField(required=False, help_text="who sold, as NL/VLT")
    emsp = PartyField(required=False, help_text="who pays, as DE/EMX")
    month = MonthField(required=False, help_text="of the end of charging in UTC, as 2026-11")
    ended_from = MomentField(required=False, help_text="instead of a month: ended then or later")
    ended_before = MomentField(required=False, help_text="instead of a month: ended before then")
    verdict = serializers.ChoiceField(VERDICTS, required=False, help_text="PENDING: the desk has not looked yet")
    currency = serializers.RegexField("^[A-Za-z]{3}$", required=False)
    credit = YesOrNo(required=False, help_text="credits only, or none")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A month is two moments."""
        text = attrs.pop("month", None)
        if text and (attrs.get("ended_from") or attrs.get("ended_before")):
            raise serializers.ValidationError({"month": ["say either a month, or from and before"]})
        if text:
            first, following = month(text)
            attrs |= {"ended_from": first.isoformat(), "ended_before": following.isoformat()}
        since, until = attrs.get("ended_from"), attrs.get("ended_before")
        if since and until and since >= until:
            raise serializers.ValidationError({"ended_before": ["must be later than ended_from"]})
        return attrs


class CdrListQuery(CdrQuery):
    """A page of them."""

    after = serializers.CharField(required=False, help_text="from the `next` of the page before")
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=PAGE)


class ChangeQuery(Query):
    """Where to go on."""

    after = serializers.CharField(
        required=False,
        help_text="the `cursor` of the last answer; `now`: only what comes from here on; none: from the oldest kept",
    )
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=PAGE)


class ExportQuery(CdrQuery):
    """A file that is made in the background."""

    format = serializers.ChoiceField(BillingExport.Format.choices, default=BillingExport.Format.CSV)


class StatementQuery(Query):
    """Which statements."""

    cpo = PartyField(required=False, help_text="who sold")
    emsp = PartyField(required=False, help_text="who pays")
    month = MonthField(required=False, help_text="as 2026-11")
    after = serializers.IntegerField(min_value=0, default=0, help_text="the `id` of the last one seen")
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=PAGE)
