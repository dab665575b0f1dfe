"""Whether a partner has what it accepted: objects are read back where they were pushed, and compared (LOC-38, CDR-33).

What is gone there or says something else can be sent again as a whole. A CDR is only ever sent again if it is gone: one
that was taken does not change (CDR-04).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from roaming.client import CallFailed
from roaming.models import Delivery, Platform
from roaming.ocpi.difference import Write
from roaming.ocpi.errors import HubError, ModuleNotOffered
from roaming.ocpi.likeness import first_difference
from roaming.ocpi.versions import ModuleID
from roaming.services import deliveries, outgoing, partners

MODULES = (ModuleID.LOCATIONS, ModuleID.TARIFFS, ModuleID.SESSIONS, ModuleID.TOKENS, ModuleID.CDRS)
SAME, DIFFERS, MISSING, UNKNOWN = "same", "differs", "missing", "unknown"


@dataclass(frozen=True)
class Copy:
    """What became of one object at the partner. `why`: where it differs, or what the partner said."""

    delivery: Delivery
    state: str
    why: str = ""

    @property
    def can_be_repaired(self) -> bool:
        return self.state == MISSING or (self.state == DIFFERS and self.delivery.module != ModuleID.CDRS)


def verify(platform: Platform, modules: Collection[str], now: datetime) -> Iterator[Copy]:
    """One look after the other, for each object that the partner has accepted."""
    rows = platform.deliveries.filter(state=Delivery.State.DELIVERED, deletion=False, module__in=modules)
    for key in list(rows.order_by("module", "pk").values_list("pk", flat=True)):
        delivery = Delivery.objects.select_related("receiver", "platform").get(pk=key)
        if (copy := _look(delivery, now)) is not None:
            yield copy


def repair(copy: Copy, now: datetime) -> bool:
    """Mark it to be sent whole; False where that would be wrong."""
    if copy.can_be_repaired:
        deliveries.send_again(copy.delivery, now)
    return copy.can_be_repaired


def _look(delivery: Delivery, now: datetime) -> Copy | None:
    """None where there is nothing to look for: it is no longer the receiver's to see."""
    present = outgoing.present(delivery, now)
    if present is None or present.content is None:
        return None
    module = ModuleID(delivery.module)
    try:
        if module is ModuleID.CDRS:
            if not partners.is_host_of(delivery.platform, delivery.remote_url):
                return Copy(delivery, UNKNOWN, "it gave no URL of its own for the CDR")
            url = delivery.remote_url
        else:
            url = outgoing.url_of(delivery, module, present, Write("GET", {}))
        answer = partners.send(
            delivery.platform, "GET", url, ids=partners.ids(), module=module.value,
            routing=outgoing.routing_of(delivery, module), reason="verify",
        )  # fmt: skip
        envelope = answer.envelope()
    except (CallFailed, HubError, ModuleNotOffered) as error:
        return Copy(delivery, UNKNOWN, f"{type(error).__name__}: {error}")
    if answer.status == 404:
        return Copy(delivery, MISSING, "HTTP 404")
    if not envelope.accepted(answer.status):
        return Copy(delivery, UNKNOWN, f"HTTP {answer.status}, OCPI {envelope.status_code}: {envelope.status_message}")
    where = first_difference(present.content, envelope.one())
    return Copy(delivery, SAME) if where is None else Copy(delivery, DIFFERS, where)
