"""An eMSP out of the library `extrawest-ocpi`, run by the Python of its own environment (environments.py).

The library serves the eMSP's interfaces and its pydantic models read what the hub answers; its habits come with it:
identifiers folded to lower case, objects wrapped in lists, 307 to the trailing slash. Orders and events are those of
the demo's eMSP, so that a test can put either on the stage.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import threading
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import uvicorn

PORT = int(sys.argv[1])
COUNTRY, PARTY = sys.argv[2].split("/")
# The library reads its settings when it is imported.
os.environ.update(PROTOCOL="http", OCPI_HOST=f"127.0.0.1:{PORT}", COUNTRY_CODE=COUNTRY, PARTY_ID=PARTY)

from py_ocpi.core.authentication.authenticator import Authenticator  # noqa: E402
from py_ocpi.core.crud import Crud  # noqa: E402
from py_ocpi.core.enums import ModuleID, RoleEnum  # noqa: E402
from py_ocpi.main import get_application  # noqa: E402
from py_ocpi.modules.cdrs.v_2_2_1.schemas import Cdr  # noqa: E402
from py_ocpi.modules.commands.v_2_2_1.schemas import CommandResponse, StartSession, StopSession  # noqa: E402
from py_ocpi.modules.credentials.v_2_2_1.schemas import Credentials  # noqa: E402
from py_ocpi.modules.locations.v_2_2_1.schemas import Location  # noqa: E402
from py_ocpi.modules.sessions.v_2_2_1.schemas import Session  # noqa: E402
from py_ocpi.modules.tariffs.v_2_2_1.schemas import Tariff  # noqa: E402
from py_ocpi.modules.tokens.v_2_2_1.schemas import Token  # noqa: E402
from py_ocpi.modules.versions.enums import VersionNumber  # noqa: E402
from py_ocpi.modules.versions.schemas import Version  # noqa: E402
from py_ocpi.modules.versions.v_2_2_1.schemas import VersionDetail  # noqa: E402

TOKEN_B = str(uuid4())
NAMES = {module: module.value for module in (ModuleID.sessions, ModuleID.cdrs, ModuleID.locations, ModuleID.tariffs)}
LISTS = {"locations": Location, "tariffs": Tariff, "sessions": Session, "cdrs": Cdr}
_telling = threading.Lock()


def tell(event: str, **facts) -> None:
    with _telling:
        sys.stdout.write(json.dumps({"event": event} | facts) + "\n")
        sys.stdout.flush()


class Keys(Authenticator):
    """The hub presents TOKEN_B."""

    @classmethod
    async def get_valid_token_c(cls):
        return [TOKEN_B]

    @classmethod
    async def get_valid_token_a(cls):
        return []


class Shelf(Crud):
    """Where the library keeps what the hub sends; every write is told."""

    kept: dict = {}

    @classmethod
    async def get(cls, module, role, id, *args, **kwargs):
        return cls.kept.get((module, str(id).lower()))

    @classmethod
    async def list(cls, module, role, filters, *args, **kwargs):
        found = [value for (kind, _), value in cls.kept.items() if kind == module]
        return found, len(found), True

    @classmethod
    async def create(cls, module, role, data, *args, **kwargs):
        cls.kept[module, str(data.get("id", "")).lower()] = data
        return cls._told(module, data, "PUT")

    @classmethod
    async def update(cls, module, role, data, id, *args, **kwargs):
        if module == ModuleID.commands:
            tell("command_result", command_id=str(id), result=data["result"].value)
            return data
        cls.kept[module, str(id).lower()] = data
        return cls._told(module, data, "PATCH")

    @classmethod
    async def delete(cls, module, role, id, *args, **kwargs):
        cls.kept.pop((module, str(id).lower()), None)

    @classmethod
    async def do(cls, module, role, action, *args, data=None, auth_token=None, **kwargs):
        return None

    @classmethod
    def _told(cls, module, data, method):
        name = NAMES.get(module)
        if name == "cdrs":
            tell("cdr", document=json.loads(Cdr(**data).json()))
        elif name == "sessions":
            tell("pushed", module=name, method=method, document=json.loads(Session(**data).json()))
        elif name:
            tell("pushed", module=name, method=method, document={"id": str(data.get("id"))})
        return data


class Client:
    """Calls of the eMSP to the hub, bodies made and answers read by the library's models."""

    def __init__(self) -> None:
        self.token = ""
        self.endpoints: dict = {}

    def call(self, method, url, body=None, to=""):
        token = base64.b64encode(self.token.encode()).decode()
        heads = {"Authorization": f"Token {token}", "X-Request-ID": str(uuid4()), "X-Correlation-ID": str(uuid4())}
        if to:
            country, party = to.split("/")
            heads |= {"OCPI-to-country-code": country, "OCPI-to-party-id": party}
            heads |= {"OCPI-from-country-code": COUNTRY, "OCPI-from-party-id": PARTY}
        content = None if body is None else body.json(exclude_none=True)
        if content is not None:
            heads["Content-Type"] = "application/json"
        answer = httpx.request(method, url, content=content, headers=heads, timeout=20)
        envelope = answer.json()
        if answer.status_code >= 300 or not 1000 <= envelope["status_code"] < 2000:
            raise RuntimeError(f"{method} {url}: HTTP {answer.status_code}, {envelope}")
        return envelope.get("data"), answer

    def register(self, versions_url, token_a):
        self.token = token_a
        versions = [Version(**entry) for entry in self.call("GET", versions_url)[0]]
        chosen = next(entry for entry in versions if entry.version == VersionNumber.v_2_2_1)
        details = VersionDetail(**self.call("GET", chosen.url)[0])
        self.endpoints = {(one.identifier.value, one.role.value): one.url for one in details.endpoints}
        url = next(url for (module, _), url in self.endpoints.items() if module == "credentials")
        party = {"party_id": PARTY, "country_code": COUNTRY}
        role = {"role": RoleEnum.emsp, "business_details": {"name": "Extrawest"}} | party
        mine = Credentials(token=TOKEN_B, url=f"http://127.0.0.1:{PORT}/ocpi/versions", roles=[role])
        theirs = Credentials(**self.call("POST", url, mine)[0])
        self.token = theirs.token
        return {"roles": [f"{role.country_code}/{role.party_id} {role.role.value}" for role in theirs.roles]}

    def pull(self, module):
        found, url = [], f"{self.endpoints[module, 'SENDER']}?date_from=2020-01-01T00:00:00Z"
        while url:
            page, answer = self.call("GET", url)
            found += [json.loads(LISTS[module](**entry).json()) for entry in page]
            url = answer.links.get("next", {}).get("url", "")
        return found

    def card(self, uid):
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        owner = {"country_code": COUNTRY, "party_id": PARTY, "uid": uid, "type": "RFID", "contract_id": f"C-{uid}"}
        return Token(**owner, issuer="Extrawest", valid=True, whitelist="ALLOWED", last_updated=now)

    def put_card(self, uid):
        base = self.endpoints["tokens", "RECEIVER"].rstrip("/")
        self.call("PUT", f"{base}/{COUNTRY}/{PARTY}/{uid}", self.card(uid))
        return uid

    def command(self, kind, model, to, **body):
        command_id = str(uuid4())
        back = f"http://127.0.0.1:{PORT}/ocpi/emsp/2.2.1/commands/{command_id}"
        url = self.endpoints["commands", "RECEIVER"].rstrip("/") + f"/{kind}"
        data, _ = self.call("POST", url, model(response_url=back, **body), to)
        return {"command_id": command_id, "result": CommandResponse(**data).result.value}

    def obey(self, order):
        match order["do"]:
            case "register":
                return self.register(order["versions_url"], order["token_a"])
            case "pull":
                return self.pull(order["module"])
            case "card":
                return self.put_card(order["uid"])
            case "start":
                where = {"location_id": order["location_id"], "evse_uid": order["evse_uid"]}
                reference = {"authorization_reference": order["reference"]}
                token = self.card(order["uid"])
                return self.command("START_SESSION", StartSession, order["to"], token=token, **where, **reference)
            case "stop":
                return self.command("STOP_SESSION", StopSession, order["to"], session_id=order["session_id"])
        raise RuntimeError(f"{order['do']} is not an order")


def listen(client: Client) -> None:
    for line in sys.stdin:
        order = json.loads(line)
        try:
            tell("done", id=order["id"], result=client.obey(order))
        except Exception as problem:  # noqa: BLE001  # whatever it is, the test wants to read it
            tell("failed", id=order["id"], why=f"{type(problem).__name__}: {problem}"[:1000])
    os._exit(0)


if __name__ == "__main__":
    modules = [ModuleID.credentials_and_registration, ModuleID.locations, ModuleID.sessions, ModuleID.cdrs]
    modules += [ModuleID.tariffs, ModuleID.commands, ModuleID.tokens]
    app = get_application([VersionNumber.v_2_2_1], [RoleEnum.emsp], Shelf, modules, Keys)
    threading.Thread(target=listen, args=(Client(),), daemon=True).start()
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning", lifespan="off")
