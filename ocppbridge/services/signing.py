"""Certificates that stations ask to have signed (A02, A03): taken down, signed by the authority in a worker, sent back.

A request is claimed by moving its next attempt into the future, so a worker that dies leaves nothing behind but a
delay. What the authority declines, or what the station may not ask for, ends with a reason and an alert.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q

from ocppbridge import nudges
from ocppbridge.charging import certificates as x509
from ocppbridge.charging.certificates import BadCertificate
from ocppbridge.charging.intents import DeliverCertificate
from ocppbridge.charging.outcomes import Accepted, Outcome, Scheduled
from ocppbridge.models import Call, SigningRequest, Station, StationCertificate
from ocppbridge.services import alerts, calls
from ocppbridge.services.authority import Declined, anchors, authority

log = logging.getLogger(__name__)

OF_STATION: Final = "ChargingStationCertificate"
PATIENCE: Final = timedelta(days=1)  # stations that sign at night are off-line until morning
FIRST_PAUSE: Final = timedelta(minutes=1)
MOST_ATTEMPTS: Final = 12
AT_ONCE: Final = 50
State = SigningRequest.State


def take_down(station: Station, csr: str, use: str | None, request_id: int | None, now: datetime) -> SigningRequest:
    """A station's request; an earlier one that still waits for the same use is not signed any more."""
    use = use or OF_STATION
    earlier = SigningRequest.objects.filter(station=station, certificate_type=use, state=State.WAITING)
    earlier.update(state=State.FAILED, reason="asked anew", ended_at=now)
    row = SigningRequest.objects.create(
        station=station, csr=csr, certificate_type=use, request_id=request_id, try_at=now, received_at=now
    )
    transaction.on_commit(nudges.signing)
    return row


def waiting(now: datetime) -> bool:
    """Whether anything is due."""
    return SigningRequest.objects.filter(state=State.WAITING, try_at__lte=now).exists()


def sign_all(now: datetime) -> int:
    """Sign what is due; one that fails does not keep the others."""
    due = SigningRequest.objects.filter(state=State.WAITING, try_at__lte=now).order_by("try_at")
    return sum(sign(pk, now) for pk in due.values_list("pk", flat=True)[:AT_ONCE])


def sign(request_id: int, now: datetime) -> bool:
    """Have one request signed and queue its delivery; False if somebody else does, or it did not work now."""
    row = _claimed(request_id, now)
    if row is None:
        return False
    try:
        check(row)
        chain = authority().sign(row.csr, row.certificate_type, row.station.identity)
        check_signed(row, chain, now)
    except (BadCertificate, Declined) as problem:
        fail(row, str(problem), now)
        return False
    except Exception as problem:
        log.exception("the authority does not sign for %s", row.station)
        reason = f"the authority does not work: {type(problem).__name__}"
        if row.attempts >= MOST_ATTEMPTS:
            fail(row, reason, now)
        else:
            SigningRequest.objects.filter(pk=row.pk).update(reason=reason)
        return False
    return deliver(row, chain, now)


def check(row: SigningRequest) -> None:
    """Raise BadCertificate unless the request is sound and in the station's own name (A02.FR.06)."""
    request = x509.read_request(row.csr)
    if not x509.owned_by(request.subject, (row.station.identity, row.station.serial_number)):
        asked = ", ".join(sorted(x509.names(request.subject))) or "nobody"
        raise BadCertificate(f"it is asked for {asked}, which is not the station's identity or serial number")
    # A serial number is what the station says of itself: it must not be the name of another one.
    taken = x509.names(request.subject) - {row.station.identity}
    others = Station.objects.exclude(pk=row.station_id).filter(Q(identity__in=taken) | Q(serial_number__in=taken))
    if others.exists():
        raise BadCertificate(f"it is asked for {', '.join(sorted(taken))}, which is another station's name")


def check_signed(row: SigningRequest, chain: str, now: datetime) -> None:
    """Raise BadCertificate unless it is what the station asked for, and will be recognised when it connects with it."""
    leaf, *between = x509.read_chain(chain)
    request = x509.read_request(row.csr)
    if leaf.public_key() != request.public_key():
        raise BadCertificate("the authority signed another key than the station's")
    if not x509.names(leaf.subject) & x509.names(request.subject):
        raise BadCertificate("the authority signed another name than the station's")
    roots = anchors() if row.certificate_type == OF_STATION else ()
    if roots:  # one that names none is known to whoever ends TLS
        x509.check_chain(leaf, between, roots, now)


@transaction.atomic
def deliver(row: SigningRequest, chain: str, now: datetime) -> bool:
    """Send the chain to the station (CertificateSigned)."""
    said = x509.facts(x509.read_chain(chain)[0])
    certificate = StationCertificate.objects.create(
        station=row.station,
        use=row.certificate_type,
        origin=StationCertificate.Origin.SIGNED,
        state=StationCertificate.State.SENT,
        subject=said.subject,
        issuer=said.issuer,
        serial_number=said.serial_number,
        fingerprint=said.fingerprint,
        chain=chain,
        not_before=said.not_before,
        not_after=said.not_after,
        made_at=now,
        changed_at=now,
    )
    intent = DeliverCertificate(chain, row.certificate_type, row.request_id)
    try:
        certificate.call = calls.queue(
            row.station, intent, purpose="certificate", requested_by="authority", expires_in=PATIENCE
        )
    except (calls.NotOffered, calls.InvalidPayload) as problem:
        certificate.state = StationCertificate.State.REFUSED
        certificate.save(update_fields=["state"])
        fail(row, str(problem), now)
        return False
    certificate.save(update_fields=["call"])
    SigningRequest.objects.filter(pk=row.pk).update(state=State.SIGNED, certificate=certificate, reason="")
    return True


def delivered(call: Call, outcome: Outcome | None, now: datetime) -> None:
    """What the station made of its certificate; one that was sent and not answered may be on it all the same."""
    certificate = StationCertificate.objects.filter(call=call).first()
    if certificate is None:
        return
    if isinstance(outcome, Accepted | Scheduled):
        _held(certificate, now)
        return
    if outcome is not None or call.sent_at is None:
        certificate.state, certificate.changed_at = StationCertificate.State.REFUSED, now
        certificate.save(update_fields=["state", "changed_at"])
    why = f"{outcome.status} {outcome.reason}".strip() if outcome is not None else "no answer"
    for row in SigningRequest.objects.filter(certificate=certificate):
        fail(row, f"the station did not take it: {why}", now)


@transaction.atomic
def shown(fingerprint: str, now: datetime) -> None:
    """The station connects with it, so it has it, whatever it answered or did not."""
    rows = StationCertificate.objects.select_for_update().filter(fingerprint=fingerprint)
    certificate = rows.filter(origin=StationCertificate.Origin.SIGNED).first()
    if certificate is not None and certificate.state != StationCertificate.State.HELD:
        _held(certificate, now)


def _held(certificate: StationCertificate, now: datetime) -> None:
    """It is on the station; the one before it is not any more, for a station keeps one of each use."""
    states = StationCertificate.State
    same = StationCertificate.objects.filter(
        station=certificate.station_id, use=certificate.use, origin=certificate.origin
    )
    same.filter(state=states.HELD).exclude(pk=certificate.pk).update(state=states.GONE, changed_at=now)
    certificate.state, certificate.changed_at = states.HELD, now
    certificate.save(update_fields=["state", "changed_at"])
    SigningRequest.objects.filter(certificate=certificate).update(state=State.DELIVERED, reason="", ended_at=now)


def fail(row: SigningRequest, reason: str, now: datetime) -> None:
    """No certificate comes of this one."""
    SigningRequest.objects.filter(pk=row.pk).update(state=State.FAILED, reason=reason[:255], ended_at=now)
    alerts.raise_alert(row.station_id, "CERTIFICATE-REQUEST", f"its certificate was not renewed: {reason}", now)


def _claimed(request_id: int, now: datetime) -> SigningRequest | None:
    row = SigningRequest.objects.select_related("station__connection").get(pk=request_id)
    pause = min(FIRST_PAUSE * 2**row.attempts, timedelta(hours=6))
    mine = SigningRequest.objects.filter(pk=request_id, state=State.WAITING, try_at=row.try_at)
    if not mine.update(try_at=now + pause, attempts=F("attempts") + 1):
        return None
    row.attempts += 1
    return row
