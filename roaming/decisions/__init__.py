"""The decision register: what the specifications leave open, what we do by default, and who may choose otherwise.

Pure; any package may import it. Entries stand by topic in ocpi.py, ocpp.py, charging.py,
provisioning.py, smart.py, upkeep.py, v2x.py, payment.py, pricing.py, privacy.py, delivery.py.
"""

from roaming.decisions import (
    billing,
    charging,
    delivery,
    ocpi,
    ocpp,
    payment,
    pricing,
    privacy,
    provisioning,
    smart,
    upkeep,
    v2x,
)
from roaming.decisions.choices import Choices, Key, counts, invalid, undecided
from roaming.decisions.decision import Decision, Feature, InvalidValue, Kind, Scope, between
from roaming.decisions.registry import REGISTRY, UnknownDecision, every, get, register

all = every  # reads as `decisions.all()`

__all__ = [
    "REGISTRY",
    "Choices",
    "Decision",
    "Feature",
    "InvalidValue",
    "Key",
    "Kind",
    "Scope",
    "UnknownDecision",
    "all",
    "between",
    "billing",
    "charging",
    "counts",
    "delivery",
    "every",
    "get",
    "invalid",
    "ocpi",
    "ocpp",
    "payment",
    "pricing",
    "privacy",
    "provisioning",
    "register",
    "smart",
    "undecided",
    "upkeep",
    "v2x",
]
