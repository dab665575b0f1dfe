"""What an agreement changes of the objects themselves: an eMSP's own tariffs in the place of everybody's (TAR-30).

    connectors               name the substitute wherever the CPO named the tariff
    the tariff               is not shown to that eMSP
    the substitute           is shown to it, and where it is exclusive to nobody else: it is addressed to its eMSPs
    a hosted party's prices  are the substitute's

Whether the objects may be seen at all is `visibility`; what is rewritten for whom is `copies`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from roaming.hub.addressing import CHARGING_SIDE, DRIVING_SIDE
from roaming.models import Agreement, Delivery, Party, Substitution, Tariff
from roaming.ocpi.party import PartyId
from roaming.ocpi.versions import ModuleID
from roaming.postgres.questions import find as rows_with
from roaming.services import announcements, deliveries, parties
from roaming.services.visibility import holding

Owner = tuple[str, str]
Instead = Mapping[str, str]  # folded tariff id -> the id shown in its place
_SHOWN = (ModuleID.LOCATIONS.value, ModuleID.TARIFFS.value)


def substitutes(readers: Iterable[Party], now: datetime) -> Mapping[Owner, Instead]:
    """By owner, what these readers see instead. Nearly nobody has any, which their own row says."""
    special = [reader.pk for reader in readers if reader.special_tariffs]
    if not special:
        return {}
    found: dict[Owner, dict[str, str]] = {}
    agreed = holding(Agreement.objects.filter(emsp__in=special), ModuleID.TARIFFS, now)
    for one in Substitution.objects.filter(agreement__in=agreed).select_related("agreement__cpo").order_by("pk"):
        cpo = one.agreement.cpo
        found.setdefault((cpo.country_code, cpo.party_id), {}).setdefault(one.tariff_key, one.substitute_id)
    return found


def tariffs_for(owner: PartyId, payer: PartyId, tariff_ids: Sequence[str], now: datetime) -> list[str]:
    """The ids that price what this payer's drivers do at a connector with these tariffs."""
    return tariffs_seen_by(seats(payer), owner, tariff_ids, now)


def seats(party: PartyId) -> list[Party]:
    """The rows of a party that is here, one for each of its roles."""
    return [row for row in rows_with(Party, country_code=party.country, party_id=party.party) if not row.withdrawn_at]


def tariffs_seen_by(seats: Iterable[Party], owner: PartyId, tariff_ids: Sequence[str], now: datetime) -> list[str]:
    """For who asks about many connectors of one payer."""
    instead = substitutes(seats, now).get((owner.country, owner.party), {})
    return [instead.get(tariff_id.upper(), tariff_id) for tariff_id in tariff_ids]


def exclusive_to(owner: PartyId, tariff_key: str) -> list[str]:
    """The only parties that see this tariff of the owner; empty: no agreement keeps it for anybody."""
    rows = Substitution.objects.filter(
        agreement__cpo__country_code=owner.country,
        agreement__cpo__party_id=owner.party,
        substitute_key=tariff_key,
        exclusive=True,
    ).select_related("agreement__emsp")
    return sorted({str(parties.party_id(one.agreement.emsp)) for one in rows})


def fresh(readers: Iterable[Party], module: ModuleID, since: datetime) -> list[Owner]:
    """Owners who came or whose agreement with one of the readers changed since then: what they share is new to them."""
    here, there = ("emsp", "cpo") if module is ModuleID.TOKENS else ("cpo", "emsp")
    names = (f"{here}__country_code", f"{here}__party_id")
    rows = Agreement.objects.filter(**{f"{there}__in": list(readers), "changed_at__gte": since})
    owning = DRIVING_SIDE if module is ModuleID.TOKENS else CHARGING_SIDE
    came = Party.objects.filter(role__in=owning, moved_at__gte=since)
    return list(rows.values_list(*names).union(came.values_list("country_code", "party_id")))


def kept_for(agreement: Agreement) -> set[str]:
    """The keys of the tariffs that it keeps for its eMSP; ask before and after a change."""
    return set(agreement.substitutions.filter(exclusive=True).values_list("substitute_key", flat=True))


def changed(agreement: Agreement, before: Iterable[str] = ()) -> None:
    """Staff wrote it. `before`: what `kept_for` said until then. The eMSP is told of what looks otherwise now."""
    now = timezone.now()
    with transaction.atomic():
        _flag(agreement.emsp)
        owner = parties.party_id(agreement.cpo)
        for tariff in _tariffs(agreement.cpo).filter(object_key__in={*before, *kept_for(agreement)}):
            _address(tariff, exclusive_to(owner, tariff.object_key), now)
        for tariff in _tariffs(agreement.cpo).filter(object_key__in=_named(agreement)):
            deliveries.mark(ModuleID.TARIFFS, tariff, now)
        _tell_again(agreement, now)
        _introduce(agreement.cpo, agreement.emsp, now)


def end(agreement: Agreement) -> None:
    """No agreement any more; its substitutes are everybody's again."""
    before = kept_for(agreement)
    with transaction.atomic():
        _tell_again(agreement, timezone.now())
        cpo, emsp = agreement.cpo, agreement.emsp
        agreement.delete()
        _flag(emsp)
        for tariff in _tariffs(cpo).filter(object_key__in=before):
            _address(tariff, exclusive_to(parties.party_id(cpo), tariff.object_key), timezone.now())
        _introduce(cpo, emsp, timezone.now())


def mind(now: datetime) -> None:
    """Those that began or ended by their dates since they were written: as if staff had changed them at this moment."""
    turned = Q(valid_from__lte=now, valid_from__gt=F("changed_at"))
    turned |= Q(valid_until__lte=now, valid_until__gt=F("changed_at"))
    for pk in Agreement.objects.filter(turned).values_list("pk", flat=True):
        with transaction.atomic():
            row = Agreement.objects.select_for_update(of=("self",)).filter(turned, pk=pk).first()
            if row is not None:
                row.save(update_fields=["changed_at"])
                changed(row)


def _introduce(cpo: Party, emsp: Party, now: datetime) -> None:
    announcements.introduce(cpo, emsp, now)
    announcements.introduce(emsp, cpo, now)


def _flag(emsp: Party) -> None:
    special = Substitution.objects.filter(agreement__emsp=emsp).exists()
    Party.objects.filter(pk=emsp.pk).update(special_tariffs=special)


def _tariffs(cpo: Party) -> Any:
    return Tariff.objects.filter(country_code=cpo.country_code, party_id=cpo.party_id)


def _named(agreement: Agreement) -> set[str]:
    return set(agreement.substitutions.values_list("substitute_key", flat=True))


def _address(tariff: Tariff, addressees: list[str], now: datetime) -> None:
    if tariff.addressees == addressees:
        return
    tariff.addressees, tariff.listed_at = addressees, max(now, tariff.last_updated)
    tariff.save(update_fields=["addressees", "listed_at"])
    deliveries.mark(ModuleID.TARIFFS, tariff, now)


def _tell_again(agreement: Agreement, now: datetime) -> None:
    """What the eMSP was told of this CPO before is compared again with what it sees now."""
    told = Delivery.objects.filter(
        Q(state=Delivery.State.DELIVERED) | Q(state=Delivery.State.WITHDRAWN),
        receiver=agreement.emsp, module__in=_SHOWN,
        country_code=agreement.cpo.country_code, party_id=agreement.cpo.party_id,
    )  # fmt: skip
    if told.update(state=Delivery.State.PENDING, due_at=now, attempts=0, first_failed_at=None):
        deliveries.wake([agreement.emsp.platform_id] if agreement.emsp.platform_id else [])
