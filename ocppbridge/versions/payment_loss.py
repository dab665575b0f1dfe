"""What versions before 2.1 cannot tell of payments, battery swaps and certificates of vehicles."""

from __future__ import annotations

from typing import Final

_21: Final = "new in 2.1"
_ISO: Final = "1.6 has no ISO 15118 of its own; it travels in DataTransfer"

_PAYMENT: Final = {"BatterySwapped": _21, "Settled": _21, "VatNumberAsked": _21}
_ANSWERS: Final = {"SettlementTaken": _21, "SwapBatteries": _21, "VatNumberJudged": _21}

NOT_SAID_201: Final = {
    **_PAYMENT,
    "ChainStatusAsked": _21,
    "EvCertificateAsked.emaids": _21,
    "EvCertificateAsked.most_chains": _21,
}
NOT_SAID_16: Final = {
    **_PAYMENT,
    "CertificateStatusAsked": _ISO,
    "ChainStatusAsked": _21,
    "EvCertificateAsked": _ISO,
}
NOT_SAYABLE_201: Final = {**_ANSWERS, "ChainState": _21, "EvCertificate.remaining": _21}
NOT_SAYABLE_16: Final = {**_ANSWERS, "CertificateState": _ISO, "ChainState": _21, "EvCertificate": _ISO}
