"""Decisions on prices shown by stations, on payments there, and on certificates of vehicles (OCPP blocks C, I, M)."""

from __future__ import annotations

from roaming.decisions.decision import Decision, Feature, Kind, Scope, between
from roaming.decisions.registry import register

STATION = frozenset({Scope.HUB, Scope.STATION})

register(
    Decision(
        id="STATION-TARIFFS",
        kind=Kind.POLICY_DEPENDENT,
        title="Tariffs on stations that show them",
        section="OCPP 2.1 SetDefaultTariff (I07), TariffCostCtrlr",
        question="Are the tariffs of connectors sent to stations, and again whenever they change?",
        options={
            "keep": "yes, to stations that announce it (Enabled for Tariff)",
            "off": "only where staff send one",
        },
        default="keep",
        applied_in="ocppbridge.bridge.station_tariffs",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="STATION-TARIFF-ROUNDING",
        kind=Kind.SPEC_SILENT,
        title="A tariff that OCPP rounds differently",
        section="OCPI 2.2.1 PriceComponent step_size; OCPP 2.1 TariffType has none",
        question="May a station show and calculate by a tariff whose step_size it cannot know?",
        options={
            "withhold": "no: it is told no tariff, staff see why",
            "send": "yes: its sums then differ from the bill by the rounding",
        },
        default="withhold",
        applied_in="ocppbridge.bridge.station_tariffs",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="DRIVER-TARIFFS",
        kind=Kind.POLICY_DEPENDENT,
        title="A driver's own tariff",
        section="OCPP 2.1 AuthorizeResponse tariff (I08); OCPI agreements with substitute tariffs",
        question="Is a station told the tariff of a driver whose eMSP pays another than everybody?",
        options={
            "send": "yes, if the station shows tariffs and OCPP can say it",
            "off": "no: it shows what everybody pays",
        },
        default="send",
        applied_in="ocppbridge.bridge.driver_tariffs",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="STATION-COST-TOLERANCE",
        kind=Kind.POLICY_DEPENDENT,
        title="What a station calculated and what we bill",
        section="OCPP 2.1 TransactionEvent costDetails (I12)",
        question="By how much may the sums differ before it is a finding?",
        options={},
        free=between("0", "100", "in the tariff's currency"),
        default="0.01",
        applied_in="ocppbridge.bridge.station_costs",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="LIMIT-REACHED",
        kind=Kind.SPEC_SILENT,
        title="A transaction that has reached its limit",
        section="OCPP 2.1 transactionLimit (E16), CostLimitReached and its like",
        question="The station says that a limit is reached: is the transaction stopped?",
        options={
            "leave": "no: the station ends or suspends it as its TxCtrlr says",
            "stop": "yes, by RequestStopTransaction",
        },
        default="leave",
        applied_in="ocppbridge.bridge.limits",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="DIRECT-PAYMENT",
        kind=Kind.POLICY_DEPENDENT,
        title="Who may charge by paying at once",
        section="OCPP 2.1 idToken of type DirectPayment (C18 to C25)",
        question="Whose word is it that a payment has been authorized?",
        options={
            "terminal": "the station's: its terminal has asked the provider",
            "web": "ours: only what was paid on a web page that told us",
            "refuse": "nobody's: it is refused",
        },
        default="terminal",
        applied_in="ocppbridge.bridge.direct_payments",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="SETTLEMENT-RECEIPT",
        kind=Kind.POLICY_DEPENDENT,
        title="Receipts of ad hoc payments",
        section="OCPP 2.1 NotifySettlement (C18, C19)",
        question="Who makes the receipt that the driver is shown?",
        options={
            "ours": "the hub, unless terminal or station has made one",
            "none": "not the hub",
        },
        default="ours",
        applied_in="ocppbridge.bridge.settlements",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="VAT-NUMBERS",
        kind=Kind.POLICY_DEPENDENT,
        title="VAT numbers that drivers enter at a station",
        section="OCPP 2.1 VatNumberValidation (C20)",
        question="How is a VAT number checked?",
        options={
            "format": "by its country's rules and check digits, here",
            "register": "by the register too: VIES, or what VAT_REGISTER names; outside the EU as above",
            "refuse": "not at all: every number is refused",
        },
        default="format",
        applied_in="ocppbridge.bridge.vat_numbers",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="CONTRACT-ROOTS",
        kind=Kind.POLICY_DEPENDENT,
        title="Whose contract certificates are good",
        section="OCPP 2.x Authorize with a certificate (C07), ISO 15118",
        question="Must a chain that a vehicle shows lead to a root that staff have added?",
        options={
            "if-any": "as soon as one of a mobility operator has been added; until then its signatures need only hold",
            "known": "always: of a mobility operator, or a V2G root",
            "any": "never: its signatures need only hold, so anybody can make one",
        },
        default="if-any",
        applied_in="ocppbridge.bridge.contract_certificates",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="CONTRACT-REVOCATION",
        kind=Kind.SPEC_SILENT,
        title="A contract certificate that nobody vouches for",
        section="OCPP 2.x Authorize with a certificate or its hash data (C07.FR.05, FR.16)",
        question="Nobody can say whether it was revoked (its issuer is not known, it names no OCSP responder, or that "
        "one is silent or cannot be verified): may the vehicle charge?",
        options={
            "soft": "yes, if its token may; one that is known to be revoked may not",
            "hard": "no: a chain without its issuers must lead to a root that staff have added",
            "off": "responders are not asked",
        },
        default="soft",
        applied_in="ocppbridge.bridge.contract_certificates",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
register(
    Decision(
        id="OCSP-FOR-STATIONS",
        kind=Kind.POLICY_DEPENDENT,
        title="OCSP questions of stations",
        section="OCPP GetCertificateStatus (M06), GetCertificateChainStatus (M07)",
        question="Does the hub ask the responders and fetch the lists that a station names?",
        options={
            "ask": "yes, at public addresses only",
            "refuse": "no",
        },
        default="ask",
        applied_in="ocppbridge.handlers.iso15118",
        scopes=STATION,
        reached=Feature.STATIONS,
    )
)
