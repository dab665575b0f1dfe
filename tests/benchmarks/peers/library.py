"""The peer of the OCPI benchmarks: the library `extrawest-ocpi` in its own environment, everything in memory.

As CPO it serves a list of 1,000 locations; as eMSP it serves ten tokens and takes locations, of which it keeps nothing.
What is asked of it is checked against one token. Run: ``python -m tests.benchmarks.peers.library PORT CPO|EMSP``.
"""

from __future__ import annotations

import os
import sys

PORT, ROLE = int(sys.argv[1]), sys.argv[2]
# The library reads its settings when it is imported, and logs every request unless told otherwise.
os.environ.update(PROTOCOL="http", OCPI_HOST=f"127.0.0.1:{PORT}", COUNTRY_CODE="NL", PARTY_ID="LIB")

import uvicorn  # noqa: E402
from py_ocpi.core.authentication.authenticator import Authenticator  # noqa: E402
from py_ocpi.core.config import logger  # noqa: E402
from py_ocpi.core.crud import Crud  # noqa: E402
from py_ocpi.core.enums import ModuleID, RoleEnum  # noqa: E402
from py_ocpi.main import get_application  # noqa: E402
from py_ocpi.modules.versions.enums import VersionNumber  # noqa: E402

from tests.benchmarks.network import location  # noqa: E402

CARD = {
    "country_code": "NL", "party_id": "LIB", "uid": "CARD", "type": "RFID", "contract_id": "C1", "issuer": "L",
    "valid": True, "whitelist": "NEVER", "last_updated": "2026-01-01T00:00:00Z",
}  # fmt: skip
LISTED = [location(number, ("NL", "LIB")) for number in range(1000)] if ROLE == "CPO" else [CARD] * 10


class Keys(Authenticator):
    """One token for everything."""

    @classmethod
    async def get_valid_token_c(cls):
        return ["token-of-ours"]

    @classmethod
    async def get_valid_token_a(cls):
        return []


class Memory(Crud):
    """Lists from memory; what is put is only given back."""

    @classmethod
    async def list(cls, module, role, filters, *args, **kwargs):
        begin = filters["offset"]
        end = begin + filters["limit"]
        return LISTED[begin:end], len(LISTED), end >= len(LISTED)

    @classmethod
    async def get(cls, module, role, id, *args, **kwargs):
        return None

    @classmethod
    async def create(cls, module, role, data, *args, **kwargs):
        return data


if __name__ == "__main__":
    logger.setLevel("ERROR")
    modules = [ModuleID.credentials_and_registration, ModuleID.locations, ModuleID.tokens]
    app = get_application([VersionNumber.v_2_2_1], [RoleEnum(ROLE)], Memory, modules, Keys)
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="error", lifespan="off")
