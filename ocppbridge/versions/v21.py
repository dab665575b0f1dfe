"""OCPP 2.1 as a dialect: the shared tables and its additions."""

from __future__ import annotations

from typing import Final

from ocppbridge.versions import v2, v2_iso15118, v2_smart, v2_upkeep, v2_upkeep_down, v21_der, v21_payment, v21_v2x
from ocppbridge.versions.dialect import Dialect
from ocppbridge.versions.v2_down import REPLIES
from ocppbridge.versions.v2_loss import LOSSES_21
from ocppbridge.versions.v2_up import UPS
from ocppbridge.versions.v21_down import DOWNS_21, RESULTS_21

V21: Final = Dialect(
    version="2.1",
    subprotocol="ocpp2.1",
    ups={
        **UPS,
        **v2_iso15118.UPS,
        **v2_iso15118.UPS_21,
        **v2_smart.UPS_21,
        **v2_upkeep.UPS_21,
        **v21_v2x.UPS,
        **v21_der.UPS,
        **v21_payment.UPS,
    },
    noted=v2.NOTED | v2.NOTED_21,
    declined={**v2.DECLINED, **v2.DECLINED_21},
    replies={**REPLIES, **v2_iso15118.REPLIES, **v2_iso15118.REPLIES_21, **v21_v2x.REPLIES, **v21_payment.REPLIES},
    downs={**DOWNS_21, **v2_upkeep_down.DOWNS_21, **v21_payment.DOWNS},
    results={**RESULTS_21, **v2_upkeep.RESULTS, **v2_upkeep.RESULTS_21, **v21_payment.RESULTS},
    to_station=v2.TO_STATION | v2.TO_STATION_21,
    losses=LOSSES_21,
)
