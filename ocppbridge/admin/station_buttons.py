"""The buttons of a station's page in their menus; what each does stands in the classes that the page is made of."""

from __future__ import annotations

from typing import Any, Final

BUTTONS: Final[tuple[str | dict[str, Any], ...]] = (
    "start",
    "stop",
    "unlock",
    "reset",
    "restart",
    {
        "title": "More",
        "icon": "more_vert",
        "items": [
            "reserve",
            "local_list",
            "availability",
            "trigger",
            "any_call",
            "accept",
            "hold",
            "reject",
        ],
    },
    {
        "title": "Settings",
        "icon": "tune",
        "items": ["report", "read_settings", "write_settings", "compare", "apply", "set_network"],
    },
    {
        "title": "Upkeep",
        "icon": "build",
        "items": [
            "update_firmware",
            "publish_firmware",
            "get_log",
            "set_monitor",
            "report_monitors",
            "monitoring_scope",
            "list_streams",
            "customer_information",
            "show_message",
            "list_messages",
        ],
    },
    {
        "title": "Power",
        "icon": "speed",
        "items": [
            "set_limit",
            "ask_profiles",
            "compare_schedule",
            "clear_profiles",
            "repair_profiles",
            "set_support",
            "report_support",
            "clear_support",
        ],
    },
    {
        "title": "Payments",
        "icon": "sell",
        "items": ["set_tariff", "ask_tariffs", "clear_tariffs", "web_codes", "swap_batteries"],
    },
    {
        "title": "Security",
        "icon": "shield",
        "items": [
            "change_password",
            "set_password",
            "raise_profile",
            "install_certificate",
            "list_certificates",
            "renew_certificate",
        ],
    },
)
