"""What the hub knows of stations: who they are, what they said, what we asked, what was charged."""

from ocppbridge.models.alert import Alert
from ocppbridge.models.availability import Availability
from ocppbridge.models.battery_swap import BatterySwap
from ocppbridge.models.call import Call
from ocppbridge.models.campaign import CampaignTarget, FirmwareCampaign
from ocppbridge.models.certificate import LocalAuthority, SigningRequest, StationCertificate
from ocppbridge.models.configuration import ConfigurationTemplate, Conformity, WantedSetting
from ocppbridge.models.connection import Connection, Node
from ocppbridge.models.der import DerAlarm, DerControl, DerInquiry
from ocppbridge.models.display import DisplayMessage
from ocppbridge.models.enquiry import CustomerPage, Enquiry
from ocppbridge.models.file import FileChunk, FileKey, StoredFile
from ocppbridge.models.firmware import FirmwareImage, FirmwarePublication, FirmwareStep, FirmwareUpdate
from ocppbridge.models.frame import Frame
from ocppbridge.models.inbox import InboxItem, Quarantined
from ocppbridge.models.local_list import LocalList
from ocppbridge.models.log import LogRequest
from ocppbridge.models.monitoring import EventStream, Monitor, StationEvent, StreamValue
from ocppbridge.models.payment import Settlement, TransactionLimit, WebPayment
from ocppbridge.models.report import Report
from ocppbridge.models.reservation import Reservation
from ocppbridge.models.revocation import Revocation, TrustedRoot
from ocppbridge.models.security import PasswordChange, ProfileUpgrade, SecurityEvent
from ocppbridge.models.setting import DeviceReport, Setting
from ocppbridge.models.smart import (
    BudgetShare,
    ChargingLimit,
    InstalledProfile,
    PriorityCharging,
    ProfileInquiry,
    ScheduleCheck,
    SiteBudget,
)
from ocppbridge.models.station import Connector, Evse, Station
from ocppbridge.models.station_tariff import StationTariff, TariffChange
from ocppbridge.models.stranger import Stranger
from ocppbridge.models.transaction import MeterReading, Transaction
from ocppbridge.models.v2x import EnergyPlan, EvNeeds, EvSchedule, GridSignal, TransferRule

__all__ = [
    "Alert",
    "Availability",
    "BatterySwap",
    "BudgetShare",
    "Call",
    "CampaignTarget",
    "ChargingLimit",
    "ConfigurationTemplate",
    "Conformity",
    "Connection",
    "Connector",
    "CustomerPage",
    "DerAlarm",
    "DerControl",
    "DerInquiry",
    "DeviceReport",
    "DisplayMessage",
    "EnergyPlan",
    "Enquiry",
    "EvNeeds",
    "EvSchedule",
    "EventStream",
    "Evse",
    "FileChunk",
    "FileKey",
    "FirmwareCampaign",
    "FirmwareImage",
    "FirmwarePublication",
    "FirmwareStep",
    "FirmwareUpdate",
    "Frame",
    "GridSignal",
    "InboxItem",
    "InstalledProfile",
    "LocalAuthority",
    "LocalList",
    "LogRequest",
    "MeterReading",
    "Monitor",
    "Node",
    "PasswordChange",
    "PriorityCharging",
    "ProfileInquiry",
    "ProfileUpgrade",
    "Quarantined",
    "Report",
    "Reservation",
    "Revocation",
    "ScheduleCheck",
    "SecurityEvent",
    "Setting",
    "Settlement",
    "SigningRequest",
    "SiteBudget",
    "Station",
    "StationCertificate",
    "StationEvent",
    "StationTariff",
    "StoredFile",
    "Stranger",
    "StreamValue",
    "TariffChange",
    "Transaction",
    "TransactionLimit",
    "TransferRule",
    "TrustedRoot",
    "WantedSetting",
    "WebPayment",
]
