"""What the hub keeps: platforms and parties, stored objects, the journal of HTTP, deliveries, commands, agreements."""

from roaming.models.agreement import Agreement, Substitution
from roaming.models.announcement import Announcement
from roaming.models.assessment import Assessment, DeskEntry
from roaming.models.authorization_request import AuthorizationRequest
from roaming.models.balance import Balance, BalanceMark, BalanceSum
from roaming.models.billing_change import BillingChange, BillingCounter, UnnumberedChange
from roaming.models.billing_export import BillingExport, BillingExportPart
from roaming.models.billing_token import BillingToken
from roaming.models.cdr import Cdr
from roaming.models.command import Command
from roaming.models.decision_value import DecisionValue
from roaming.models.delivery import Delivery, DeliveryAttempt
from roaming.models.exchange import Exchange
from roaming.models.habit import Habit
from roaming.models.handshake import Handshake
from roaming.models.issued_token import IssuedToken
from roaming.models.location import Evse, Location
from roaming.models.notice import Notice
from roaming.models.operator_token import OperatorToken
from roaming.models.party import Party
from roaming.models.platform import Endpoint, Platform
from roaming.models.preference import Preference
from roaming.models.pull import Pull, PulledKey
from roaming.models.pulse import Pulse
from roaming.models.session import Session
from roaming.models.statement import Statement, StatementRow
from roaming.models.stored import StoredObject
from roaming.models.tally import Tally
from roaming.models.tariff import Tariff
from roaming.models.tariff_edition import TariffEdition
from roaming.models.token import Token
from roaming.models.webhook import Webhook, WebhookAttempt

__all__ = [
    "Agreement",
    "Announcement",
    "Assessment",
    "AuthorizationRequest",
    "Balance",
    "BalanceMark",
    "BalanceSum",
    "BillingChange",
    "BillingCounter",
    "BillingExport",
    "BillingExportPart",
    "BillingToken",
    "Cdr",
    "Command",
    "DecisionValue",
    "Delivery",
    "DeliveryAttempt",
    "DeskEntry",
    "Endpoint",
    "Evse",
    "Exchange",
    "Habit",
    "Handshake",
    "IssuedToken",
    "Location",
    "Notice",
    "OperatorToken",
    "Party",
    "Platform",
    "Preference",
    "Pull",
    "PulledKey",
    "Pulse",
    "Session",
    "Statement",
    "StatementRow",
    "StoredObject",
    "Substitution",
    "Tally",
    "Tariff",
    "TariffEdition",
    "Token",
    "UnnumberedChange",
    "Webhook",
    "WebhookAttempt",
]
