"""Certificates on stations: installed, listed, deleted, revoked, and watched until they expire (M03 to M05, A02).

What the station reports is the truth about what it holds; we keep our own rows for what they were, and match the two
by OCPP's hashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from ocppbridge.charging import certificates as x509
from ocppbridge.charging.intents import (
    CertificateUse,
    DeleteCertificate,
    InstallCertificate,
    ListCertificates,
)
from ocppbridge.charging.outcomes import Accepted, Outcome
from ocppbridge.models import Alert, Call, Station, StationCertificate
from ocppbridge.services import alerts, calls

AT_ONCE: Final = 200
OF_16: Final = (CertificateUse.CSMS, CertificateUse.MANUFACTURER)
NONE_THERE: Final = "NotFound"
Origin, State = StationCertificate.Origin, StationCertificate.State


@transaction.atomic
def install(station: Station, use: CertificateUse, pem: str, *, by: str) -> StationCertificate:
    """Put a root on a station. Raises BadCertificate, NotOffered or InvalidPayload, and then nothing was asked."""
    chain = x509.read_chain(pem)
    root, now = chain[0], timezone.now()
    x509.check_root(root, now)
    said = x509.facts(root)
    text = x509.pem(*chain)
    call = calls.queue(station, InstallCertificate(use, text), purpose="certificate", requested_by=by)
    return StationCertificate.objects.create(
        station=station,
        use=use.value,
        origin=Origin.INSTALLED,
        state=State.SENT,
        subject=said.subject,
        issuer=said.issuer,
        serial_number=said.serial_number,
        fingerprint=said.fingerprint,
        chain=text,
        hashes=x509.hash_data(root, root) if root.subject == root.issuer else {},
        not_before=said.not_before,
        not_after=said.not_after,
        made_at=now,
        changed_at=now,
        call=call,
    )


@transaction.atomic
def ask(station: Station, *, by: str) -> list[Call]:
    """Have a station list what it holds; 1.6 is asked for each use by itself."""
    questions = [ListCertificates((use,)) for use in OF_16]
    if calls.dialect_of(station).version != "1.6":
        questions = [ListCertificates()]
    return [calls.queue(station, one, purpose="certificate", requested_by=by) for one in questions]


@transaction.atomic
def delete(certificate: StationCertificate, *, by: str) -> Call:
    """Take one off its station. Raises NotOffered where its hashes are not known: list them first."""
    if not certificate.hashes:
        raise calls.NotOffered("its hashes are not known yet; have the station list its certificates")
    call = calls.queue(
        certificate.station, DeleteCertificate(certificate.hashes), purpose="certificate", requested_by=by
    )
    certificate.call = call
    certificate.save(update_fields=["call"])
    return call


def revoke(certificate: StationCertificate) -> None:
    """From now on nobody connects with it."""
    StationCertificate.objects.filter(pk=certificate.pk, revoked_at=None).update(revoked_at=timezone.now())


def installed(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """The end of InstallCertificate."""
    state = State.HELD if isinstance(outcome, Accepted) else State.REFUSED
    rows = StationCertificate.objects.filter(call=call)
    # Installed anew, it stands there once.
    for row in rows:
        same = StationCertificate.objects.filter(
            station=row.station_id, use=row.use, fingerprint=row.fingerprint, state=State.HELD
        ).exclude(pk=row.pk)
        if state == State.HELD:
            same.update(state=State.GONE, changed_at=now)
    rows.update(state=state, changed_at=now)
    if state == State.REFUSED:
        why = f"{outcome.status} {outcome.reason}".strip() if outcome is not None else "no answer"
        alerts.raise_alert(call.station_id, "CERTIFICATE-REFUSED", f"it did not install a certificate: {why}", now)


def deleted(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """The end of DeleteCertificate: one that was not there is gone as well."""
    if outcome is not None and (isinstance(outcome, Accepted) or outcome.status == NONE_THERE):
        StationCertificate.objects.filter(call=call).update(state=State.GONE, changed_at=now)


def listed(call: Call, uses: Iterable[CertificateUse], outcome: Outcome | None, now: datetime) -> None:
    """The end of GetInstalledCertificateIds: what is told is there, what is not told is not."""
    if outcome is None or not (isinstance(outcome, Accepted) or outcome.status == NONE_THERE):
        return
    asked = [use.value for use in uses]
    told = [dict(one) for one in outcome.data.get("certificates", ())]
    known = StationCertificate.objects.filter(station=call.station_id).order_by("pk")
    # One whose call was not answered counts as refused, and may be there; what is known to be there goes first.
    rows = sorted(known.filter(use__in=asked) if asked else known, key=lambda row: row.state != State.HELD)
    seen: set[int] = set()
    for one in told:
        use = str(one.pop("use", asked[0] if asked else ""))
        row = next((row for row in rows if row.pk not in seen and _is(row, use, one)), None)
        seen.add((row or _reported(call.station_id, use, one, now)).pk)
        if row is not None:
            row.state, row.hashes, row.changed_at = State.HELD, one, now
            row.save(update_fields=["state", "hashes", "changed_at"])
    # A station lists roots and V2G certificates; its own towards us it never lists (M03), nor one still on its way.
    gone = [row.pk for row in rows if row.pk not in seen and row.state == State.HELD and row.origin != Origin.SIGNED]
    StationCertificate.objects.filter(pk__in=gone).update(state=State.GONE, changed_at=now)


def warn(now: datetime, days: int) -> int:
    """Alert once about each certificate on a station that expires within so many days."""
    soon = StationCertificate.objects.filter(
        state=State.HELD, warned_at=None, revoked_at=None, not_after__lte=now + timedelta(days=days)
    )
    rows = list(soon.select_related("station")[:AT_ONCE])
    for row in rows:
        over = row.not_after is not None and row.not_after <= now
        severity = Alert.Severity.CRITICAL if over else Alert.Severity.WARNING
        text = f"its {row.use} {row.subject} {'has expired' if over else 'expires'} on {row.not_after:%Y-%m-%d}"
        alerts.raise_alert(row.station_id, "CERTIFICATE-EXPIRES", text, now, severity)
    StationCertificate.objects.filter(pk__in=[row.pk for row in rows]).update(warned_at=now)
    return len(rows)


def _is(row: StationCertificate, use: str, hashes: Mapping[str, Any]) -> bool:
    if row.use != use:
        return False
    if row.hashes and row.hashes.get("hashAlgorithm") == hashes.get("hashAlgorithm"):
        return x509.same_hashes(row.hashes, hashes)
    return _computed(row, hashes)


def _computed(row: StationCertificate, hashes: Mapping[str, Any]) -> bool:
    """With another algorithm than ours, or for one whose hashes were never worked out."""
    if not row.chain:
        return False
    chain = x509.read_chain(row.chain)
    issuer = chain[1] if len(chain) > 1 else chain[0]
    if chain[0].issuer != issuer.subject:
        return row.serial_number == str(hashes.get("serialNumber", "")).lower().lstrip("0")
    try:
        return x509.same_hashes(x509.hash_data(chain[0], issuer, str(hashes.get("hashAlgorithm"))), hashes)
    except ValueError:
        return False


def _reported(station_id: int, use: str, hashes: Mapping[str, Any], now: datetime) -> StationCertificate:
    return StationCertificate.objects.create(
        station_id=station_id,
        use=use[:50],
        origin=Origin.REPORTED,
        state=State.HELD,
        serial_number=str(hashes.get("serialNumber", ""))[:64].lower(),
        hashes=dict(hashes),
        made_at=now,
        changed_at=now,
    )
