"""`manage.py station_authority`: the root certificates of whoever signs for stations, for the TLS of proxy or hub."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from ocppbridge.charging import certificates
from ocppbridge.services.authority import Embedded, authority
from roaming.console.operating import Error, OperatorCommand


class Command(OperatorCommand):
    help = "Print the root certificates of the stations' authority in PEM (OCPP_TLS_CLIENT_CA, or the proxy's setting)."

    def run(self, **options: Any) -> dict[str, Any]:
        signs = authority()
        if isinstance(signs, Embedded):
            signs.root()  # made now if it has not signed anything yet: a proxy must know it beforehand
        roots = [one for text in signs.anchors() for one in certificates.read_chain(text)]
        if not roots:
            raise Error("The authority names no root certificates.")
        return {
            "roots": [
                {"subject": said.subject, "fingerprint": said.fingerprint, "not_after": said.not_after}
                for said in map(certificates.facts, roots)
            ],
            "pem": certificates.pem(*roots),
        }

    def show(self, result: Any, out: Console) -> None:
        out.print(result["pem"].strip(), markup=False, soft_wrap=True)
