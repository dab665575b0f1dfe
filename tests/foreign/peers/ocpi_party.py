"""A CPO or eMSP out of `extrawest-ocpi` or `py-ocpi`: ``python ocpi_party.py PORT COUNTRY/PARTY ROLE``, run by the
Python of the library's environment (environments.py).

The library serves the party's interfaces (ocpi_shelf.py), pushes its objects, and its models write what we ask of the
hub and read what the hub answers; its habits come with it: identifiers folded to lower case, objects wrapped in lists,
explicit nulls, no routing headers on pushes, 307 to the trailing slash. Orders and events are those of the demo's eMSP.
"""

from __future__ import annotations

import asyncio
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

import ocpi_shelf as shelf  # noqa: E402
from ocpi_shelf import MODELS, Party, Shelf, tell  # noqa: E402
from py_ocpi.core import push  # noqa: E402
from py_ocpi.core.enums import ModuleID, RoleEnum  # noqa: E402
from py_ocpi.modules.commands.v_2_2_1.schemas import (  # noqa: E402
    CommandResponse,
    StartSession,
    StopSession,
    UnlockConnector,
)
from py_ocpi.modules.credentials.v_2_2_1.schemas import Credentials  # noqa: E402
from py_ocpi.modules.tokens.v_2_2_1.schemas import AuthorizationInfo, LocationReference, Token  # noqa: E402
from py_ocpi.modules.versions.enums import VersionNumber  # noqa: E402
from py_ocpi.modules.versions.schemas import Version  # noqa: E402

COMMANDS = {"START_SESSION": StartSession, "STOP_SESSION": StopSession, "UNLOCK_CONNECTOR": UnlockConnector}


def call(method, url, body=None, to=""):
    """One request to the hub, with the token that we hold. Raises what the hub says against it."""
    heads = {"Authorization": _token(), "X-Request-ID": str(uuid4()), "X-Correlation-ID": str(uuid4())}
    if to:
        country, party = to.split("/")
        heads |= {"OCPI-to-country-code": country, "OCPI-to-party-id": party}
        heads |= {"OCPI-from-country-code": COUNTRY, "OCPI-from-party-id": PARTY}
    content = None if body is None else body.json(exclude_none=True)
    if content is not None:
        heads["Content-Type"] = "application/json"
    answer = httpx.request(method, url, content=content, headers=heads, timeout=60)
    envelope = answer.json()
    if answer.status_code >= 300 or not 1000 <= envelope["status_code"] < 2000:
        raise RuntimeError(f"{method} {url}: HTTP {answer.status_code}, {envelope}")
    return envelope.get("data"), answer


def _token() -> str:
    return f"Token {base64.b64encode(Party.token.encode()).decode()}"


def _endpoint(module, role) -> str:
    return Party.endpoints[module, role].rstrip("/")


def _credentials() -> str:
    """Its role means nothing, and each platform writes another."""
    return next(url for (module, _), url in Party.endpoints.items() if module == "credentials")


def _details(versions_url) -> str:
    versions = [Version(**entry) for entry in call("GET", versions_url)[0]]
    return next(entry for entry in versions if entry.version == VersionNumber.v_2_2_1).url


class Orders:
    """What the stage may ask for, a method each."""

    def register(self, versions_url, token_a):
        """We ask the hub: TOKEN_A, versions, details, POST credentials."""
        Party.token = token_a
        Party.endpoints = shelf.by_interface(call("GET", _details(versions_url))[0]["endpoints"])
        theirs = Credentials(**call("POST", _credentials(), Party.credentials())[0])
        Party.token, Party.versions_url = theirs.token, theirs.url
        return {"roles": [f"{role.country_code}/{role.party_id} {role.role.value}" for role in theirs.roles]}

    def expect(self, token_a):
        """The hub will ask us, with this token."""
        Party.token_a = token_a
        return f"http://127.0.0.1:{PORT}/ocpi/versions"

    def rotate(self):
        """New tokens both ways by our PUT; the hub's old one is good for nothing afterwards."""
        theirs = Credentials(**call("PUT", _credentials(), Party.credentials())[0])
        before, Party.token = Party.token, theirs.token
        call("GET", _credentials())
        Party.given = Party.given[-1:]
        Party.token, kept = before, Party.token
        refused = self._refused()
        Party.token = kept
        return {"old_token_refused": refused}

    def leave(self):
        call("DELETE", _credentials())
        return {"token_refused": self._refused()}

    def whole(self):
        """Whether our token still opens the hub's door."""
        return not self._refused()

    def offer(self, module, document):
        """Ours from now on: found in our list. Nobody is told."""
        Shelf.kept[ModuleID(module), str(document.get("uid", document.get("id"))).lower()] = document

    def push(self, module, document):
        """Offered, and pushed to the hub by the library."""
        self.offer(module, document)
        answer = asyncio.run(self._push(ModuleID(module), str(document.get("uid", document.get("id")))))
        status = answer["response"].get("status_code", 1000) if isinstance(answer["response"], dict) else 1000
        if answer["status_code"] >= 300 or not 1000 <= int(status) < 2000:
            raise RuntimeError(f"the hub refused {module}: {answer}")
        return {key.lower(): value for key, value in answer["response"].items()}

    def pull(self, module):
        found, url = [], f"{Party.endpoints[module, 'SENDER']}?date_from=2020-01-01T00:00:00Z"
        while url:
            page, answer = call("GET", url)
            model = MODELS.get(module)
            found += [json.loads(model(**entry).json()) if model else entry for entry in page]
            url = answer.links.get("next", {}).get("url", "")
        return found

    def authorize(self, uid, location_id=""):
        """Real-time: may this card charge here?"""
        body = LocationReference(location_id=location_id, evse_uids=[]) if location_id else None
        data, _ = call("POST", f"{_endpoint('tokens', 'SENDER')}/{uid}/authorize", body)
        return json.loads(AuthorizationInfo(**(data[0] if isinstance(data, list) else data)).json())

    def allow(self, uid, allowed):
        """How we answer when asked for this card."""
        Shelf.authorizes[uid.lower()] = allowed

    def card(self, uid):
        card = json.loads(self._card(uid).json(exclude_none=True))
        self.offer("tokens", card)
        call("PUT", f"{_endpoint('tokens', 'RECEIVER')}/{COUNTRY}/{PARTY}/{uid}", self._card(uid))
        return card

    def start(self, to, uid, reference, location_id, evse_uid):
        where = {"location_id": location_id, "evse_uid": evse_uid, "authorization_reference": reference}
        return self.command("START_SESSION", to, token=self._card(uid), **where)

    def stop(self, to, session_id):
        return self.command("STOP_SESSION", to, session_id=session_id)

    def unlock(self, to, location_id, evse_uid):
        return self.command("UNLOCK_CONNECTOR", to, location_id=location_id, evse_uid=evse_uid, connector_id="1")

    def command(self, kind, to, **body):
        command_id = str(uuid4())
        back = f"http://127.0.0.1:{PORT}/ocpi/emsp/2.2.1/commands/{command_id}"
        url = f"{_endpoint('commands', 'RECEIVER')}/{kind}"
        data, _ = call("POST", url, COMMANDS[kind](response_url=back, **body), to)
        response = CommandResponse(**(data[0] if isinstance(data, list) else data))
        return {"command_id": command_id, "result": response.result.value}

    def _refused(self):
        answer = httpx.get(_credentials(), headers={"Authorization": _token()}, timeout=60)
        return answer.status_code == 401

    def _card(self, uid):
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        owner = {"country_code": COUNTRY, "party_id": PARTY, "uid": uid, "type": "RFID", "contract_id": f"C-{uid}"}
        return Token(**owner, issuer="Library", valid=True, whitelist="ALLOWED", last_updated=now)

    async def _push(self, module, object_id):
        """py-ocpi's own discovery expects version details in a list, which they never are; the rest of it works."""
        if shelf.EXTRAWEST:
            hub = {"endpoints_url": _details(Party.versions_url), "auth_token": Party.token}
            wanted = push.Push(module_id=module, object_id=object_id, receivers=[hub])
            done = await push.push_object(VersionNumber.v_2_2_1, wanted, Shelf, shelf.adapter())
            return done.receiver_responses[0].dict()
        endpoints = [{"identifier": kind, "role": role, "url": url} for (kind, role), url in Party.endpoints.items()]
        kept = Shelf.kept[module, object_id.lower()]
        answer = await push.send_push_request(object_id, kept, module, shelf.adapter(), _token(), endpoints)
        return {"status_code": answer.status_code, "response": dict(answer.headers) | (answer.json() or {})}


def listen() -> None:
    orders = Orders()
    for line in sys.stdin:
        order = json.loads(line)
        words = {name: value for name, value in order.items() if name not in ("id", "do")}
        try:
            tell("done", id=order["id"], result=getattr(orders, order["do"])(**words))
        except Exception as problem:  # noqa: BLE001  # whatever it is, the test wants to read it
            tell("failed", id=order["id"], why=f"{type(problem).__name__}: {problem}"[:1000])
    os._exit(0)


if __name__ == "__main__":
    Party.role = RoleEnum(sys.argv[3])
    app = shelf.application()
    threading.Thread(target=listen, daemon=True).start()
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning", lifespan="off")
