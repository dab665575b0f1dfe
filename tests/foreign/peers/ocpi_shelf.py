"""What the libraries `extrawest-ocpi` and `py-ocpi` serve for a party: where they keep things, and what they answer.

Both are the package `py_ocpi`, one grown out of the other, and each has an environment of its own; `EXTRAWEST` says
which one this process has. The library's settings must stand in the environment before this is imported. What the hub
sends is told on standard output as it comes in.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from importlib import import_module
from importlib.util import find_spec
from uuid import uuid4

from py_ocpi.core.crud import Crud
from py_ocpi.core.dependencies import get_endpoints, get_versions
from py_ocpi.core.enums import Action, ModuleID, RoleEnum
from py_ocpi.core.exceptions import NotFoundOCPIError
from py_ocpi.main import get_application
from py_ocpi.modules.cdrs.v_2_2_1.schemas import Cdr
from py_ocpi.modules.commands.v_2_2_1.schemas import CommandResponse, CommandResult
from py_ocpi.modules.credentials.v_2_2_1.schemas import Credentials
from py_ocpi.modules.locations.v_2_2_1.schemas import Location
from py_ocpi.modules.sessions.v_2_2_1.schemas import Session
from py_ocpi.modules.tariffs.v_2_2_1.schemas import Tariff
from py_ocpi.modules.tokens.v_2_2_1.schemas import AuthorizationInfo, Token
from py_ocpi.modules.versions.enums import VersionNumber

EXTRAWEST = find_spec("py_ocpi.modules.hubclientinfo") is not None
HOST = os.environ["OCPI_HOST"]
CREDENTIALS = ModuleID.credentials_and_registration
MODELS = {"locations": Location, "tariffs": Tariff, "sessions": Session, "cdrs": Cdr, "tokens": Token}
if EXTRAWEST:
    MODELS["hubclientinfo"] = import_module("py_ocpi.modules.hubclientinfo.v_2_2_1.schemas").ClientInfo
ANSWERS = {
    "location": Location, "tariff": Tariff, "session": Session, "cdr": Cdr, "token": Token, "credentials": Credentials,
    "command_response": CommandResponse, "command_result": CommandResult, "authorization": AuthorizationInfo,
}  # fmt: skip
_telling = threading.Lock()


def tell(event: str, **facts) -> None:
    with _telling:
        sys.stdout.write(json.dumps({"event": event} | facts) + "\n")
        sys.stdout.flush()


class Party:
    """Who this process is, and its connection to the hub."""

    country, party = os.environ["COUNTRY_CODE"], os.environ["PARTY_ID"]
    role = RoleEnum.cpo
    token_a = ""  # the hub may register here with it
    given: list = []  # the tokens with which the hub calls us, the last one being the newest
    token = ""  # with which we call the hub
    versions_url = ""
    endpoints: dict = {}

    @classmethod
    def credentials(cls) -> Credentials:
        """With a new token for the hub; the ones before stay good, for the hub may be in the middle of something."""
        cls.given.append(str(uuid4()))
        party = {"party_id": cls.party, "country_code": cls.country}
        role = {"role": cls.role, "business_details": {"name": f"Library of {cls.party}"}} | party
        return Credentials(token=cls.given[-1], url=f"http://{HOST}/ocpi/versions", roles=[role])


def by_interface(endpoints: list) -> dict:
    return {(one["identifier"], one["role"]): one["url"] for one in endpoints}


class Adapter:
    """py-ocpi leaves this to its user: what is kept has the form of the models already."""

    def __getattr__(self, name):
        model = ANSWERS[name.removesuffix("_adapter")]
        return lambda data, *args: model(**data)


class Shelf(Crud):
    """Where the library keeps what the hub sends and finds what the party offers."""

    kept: dict = {}
    authorizes: dict = {}  # uid -> AllowedType, of those that are not simply ALLOWED

    @classmethod
    async def get(cls, module, role, id, *args, **kwargs):
        if module == ModuleID.commands:
            return {"result": "ACCEPTED"}
        if module == CREDENTIALS:
            return Party.token
        found = cls.kept.get((module, _key(id, kwargs)))
        if found is None and module == ModuleID.tokens and role == RoleEnum.emsp:
            raise NotFoundOCPIError
        return found

    @classmethod
    async def list(cls, module, role, filters, *args, **kwargs):
        found = [value for (kind, _), value in cls.kept.items() if kind == module]
        return found[filters["offset"] :][: filters["limit"]], len(found), True

    @classmethod
    async def create(cls, module, role, data, *args, **kwargs):
        if module == CREDENTIALS:
            return cls._registered(data)
        cls.kept[module, _key(data.get("uid", data.get("id")), kwargs)] = data
        return cls._told(module, data, "PUT")

    @classmethod
    async def update(cls, module, role, data, id, *args, **kwargs):
        if module == CREDENTIALS:
            return cls._registered(data)
        if module == ModuleID.commands:
            tell("command_result", command_id=str(id), result=data["result"].value)
            return data
        cls.kept[module, _key(id, kwargs)] = data
        return cls._told(module, data, "PATCH")

    @classmethod
    async def delete(cls, module, role, id, *args, **kwargs):
        if module == CREDENTIALS:
            Party.token, Party.given = "", []
            return tell("left")
        cls.kept.pop((module, _key(id, kwargs)), None)
        return tell("pushed", module=module.value, method="DELETE", document={"id": str(id)})

    @classmethod
    async def do(cls, module, role, action, data=None, *args, **kwargs):
        if action == Action.get_client_token:
            return Party.token if kwargs.get("auth_token") in [*Party.given, Party.token_a] else None
        if action == Action.send_command:
            tell("command", kind=kwargs["command"].value, body=json.loads(json.dumps(data, default=str)))
            return {"result": "ACCEPTED", "timeout": 30}
        if action == Action.authorize_token:
            tell("asked", uid=str(data["token_uid"]))
            card = cls.kept[ModuleID.tokens, str(data["token_uid"]).lower()]
            allowed = cls.authorizes.get(str(data["token_uid"]).lower(), "ALLOWED")
            return {"allowed": allowed, "token": card, "location": data["location_reference"]}
        return None

    @classmethod
    def _registered(cls, data):
        theirs = data["credentials"]
        Party.token, Party.versions_url = str(theirs["token"]), str(theirs["url"])
        Party.endpoints = by_interface(data["endpoints"]["endpoints"])
        tell("registered")
        return Party.credentials().dict()

    @classmethod
    def _told(cls, module, data, method):
        document = json.loads(MODELS[module.value](**data).json())
        if module == ModuleID.cdrs:
            tell("cdr", document=document)
        else:
            tell("pushed", module=module.value, method=method, document=document)
        return data


def _key(id, kwargs) -> str:
    """Of a ClientInfo the party, which alone names it."""
    return str(id or f"{kwargs.get('country_code')}/{kwargs.get('party_id')}").lower()


def adapter():
    return import_module("py_ocpi.core.adapter").BaseAdapter if EXTRAWEST else Adapter()


def application():
    """The library's own, for the party's role."""
    modules = [CREDENTIALS, *(ModuleID(name) for name in ANSWERED), ModuleID.commands]
    if EXTRAWEST:
        return get_application([VersionNumber.v_2_2_1], [Party.role], Shelf, modules, _keys())
    app = get_application([VersionNumber.v_2_2_1], [Party.role], Shelf, adapter())
    for named in (get_versions, get_endpoints):  # it knows its own addresses with https only
        app.dependency_overrides[named] = _in_clear(app.dependency_overrides[named]())
    return app


ANSWERED = ["locations", "sessions", "cdrs", "tariffs", "tokens", *(["hubclientinfo"] if EXTRAWEST else [])]


def _in_clear(told):
    """The same with http, for there is no TLS proxy in front of it."""
    if isinstance(told, dict):
        return lambda: {version: _http(endpoints) for version, endpoints in told.items()}
    return lambda: _http(told)


def _http(entries):
    found = [json.loads(json.dumps(entry if isinstance(entry, dict) else entry.dict())) for entry in entries]
    return [entry | {"url": entry["url"].replace("https://", "http://")} for entry in found]


def _keys():
    authenticator = import_module("py_ocpi.core.authentication.authenticator").Authenticator

    class Keys(authenticator):
        """Which tokens the hub may present."""

        @classmethod
        async def get_valid_token_c(cls):
            return Party.given

        @classmethod
        async def get_valid_token_a(cls):
            return [Party.token_a]

    return Keys
