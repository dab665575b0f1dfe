"""What responders and lists have said of certificates, kept until their nextUpdate (M06.FR.06, M07)."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ocppbridge.charging.certificates import Certificate, check_root, facts, pem, read_chain
from ocppbridge.charging.revocation import Told
from ocppbridge.models import Revocation, TrustedRoot

FIELDS = ("hashAlgorithm", "issuerNameHash", "issuerKeyHash", "serialNumber")


def kept(source: str, asked: Mapping[str, Any], url: str, now: datetime) -> Revocation | None:
    """What still holds."""
    return Revocation.objects.filter(digest=_digest(source, asked, url), next_update__gt=now).first()


def keep(source: str, asked: Mapping[str, Any], url: str, told: Told, answer: bytes, now: datetime) -> Revocation:
    """For as long as it says; what says nothing is there to be looked at, and asked for anew."""
    row, _ = Revocation.objects.update_or_create(
        digest=_digest(source, asked, url),
        defaults={
            "source": source,
            "serial_number": str(asked["serialNumber"])[:40],
            "url": url[:2000],
            "status": told.status,
            "verified": told.verified,
            "answer": b64encode(answer).decode() if source == "OCSP" else "",
            "this_update": told.since,
            "next_update": told.until,
            "fetched_at": now,
        },
    )
    return row


def forget(now: datetime) -> int:
    """Whatever is out of date."""
    return Revocation.objects.filter(next_update__lte=now).delete()[0]


def roots(*uses: str) -> tuple[Certificate, ...]:
    """The certificates of everybody trusted for vehicles, or for some of it."""
    rows = TrustedRoot.objects.all()
    texts = (rows.filter(use__in=uses) if uses else rows).order_by("pk").values_list("certificate", flat=True)
    return tuple(one for text in texts for one in read_chain(text))


def trust(use: str, text: str, by: str, now: datetime) -> TrustedRoot:
    """Add a root. Raises BadCertificate unless it is an authority's and valid now."""
    root = read_chain(text)[0]
    check_root(root, now)
    said = facts(root)
    row, _ = TrustedRoot.objects.update_or_create(
        fingerprint=said.fingerprint,
        defaults={
            "use": use,
            "subject": said.subject,
            "certificate": pem(root),
            "not_after": said.not_after,
            "added_by": by,
            "added_at": now,
        },
    )
    return row


def _digest(source: str, asked: Mapping[str, Any], url: str) -> str:
    plain = [source, url, *(str(asked[field]).lower() for field in FIELDS)]
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()
