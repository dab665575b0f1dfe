"""How names are spelled for staff: Django makes a field's name of its attribute, so evse_number would be Evse number.

A name that the model gives itself stays as it is; migrations do not know the difference.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db.models import Model

ABBREVIATIONS: Final = {
    **{word: word.upper() for word in ("cdr", "cpo", "csr", "evse", "http", "l2", "l3", "ocpi", "psp", "url", "vat")},
    "cdrs": "CDRs",
    "emsp": "eMSP",
    "md5": "MD5",
    "sha256": "SHA-256",
    "soc": "SoC",
}


def spell(models: Iterable[type[Model]]) -> None:
    """Every field that has no name of its own."""
    for model in models:
        for field in model._meta.fields:
            if field._verbose_name is None:  # type: ignore[attr-defined]  # what the model itself has said
                field.verbose_name = spelled(str(field.verbose_name))


def spelled(name: str) -> str:
    """With the abbreviations as everybody writes them."""
    return " ".join(ABBREVIATIONS.get(word, word) for word in name.split())
