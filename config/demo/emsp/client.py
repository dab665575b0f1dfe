"""The eMSP as client: the handshake with TOKEN_A, pulling lists page by page, cards, commands."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import requests

from config.demo.emsp import words
from config.demo.emsp.book import Book, Document


class Refused(Exception):
    """The hub did not answer 2xx with an OCPI status 1xxx."""


class Client:
    """One connection to the hub."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def call(self, method: str, url: str, body: Any = None, *, to: str = "", correlation: str = "") -> tuple[Any, Any]:
        """One request; returns the envelope's data and the response."""
        correlation = correlation or str(uuid4())
        heads = {
            "Authorization": words.header(self.book.token_c or self.book.token_a),
            "X-Request-ID": str(uuid4()),
            "X-Correlation-ID": correlation,
        }
        if body is not None:
            heads["Content-Type"] = "application/json"
        if to:
            country, party = to.split("/")
            heads |= {"OCPI-to-country-code": country, "OCPI-to-party-id": party}
            heads |= {"OCPI-from-country-code": self.book.country, "OCPI-from-party-id": self.book.party}
        with requests.Session() as session:
            session.trust_env = False
            text = None if body is None else words.dumps(body)
            answer = session.request(method, url, data=text, headers=heads, timeout=20, allow_redirects=False)
        envelope = _envelope(answer)
        code = envelope.get("status_code", 0)
        ids = {"request_id": heads["X-Request-ID"], "correlation_id": correlation}
        self.book.tell(
            "called", method=method, url=url, to=to, http=answer.status_code, ocpi=code, **ids,
            echoed=answer.headers.get("X-Request-ID") == heads["X-Request-ID"]
            and answer.headers.get("X-Correlation-ID") == correlation,
            message=envelope.get("status_message", ""),
        )  # fmt: skip
        if not (200 <= answer.status_code < 300 and 1000 <= code < 2000):
            why = envelope.get("status_message", "")
            raise Refused(f"{method} {url}: HTTP {answer.status_code}, OCPI {code} {why}")
        return envelope.get("data"), answer

    def register(self, versions_url: str, token_a: str) -> Document:
        """CRE-02: versions, details, then POST credentials with a TOKEN_B of ours; TOKEN_C comes back."""
        self.book.token_a, self.book.token_c = token_a, ""
        versions, _ = self.call("GET", versions_url)
        chosen = next(entry for entry in versions if entry["version"] == words.VERSION)
        details, _ = self.call("GET", chosen["url"])
        self._keep_endpoints(details)
        theirs, _ = self.call("POST", self.book.endpoints["credentials", "RECEIVER"], self.book.credentials)
        self.book.token_c = theirs["token"]
        roles = [f"{role['country_code']}/{role['party_id']} {role['role']}" for role in theirs["roles"]]
        return {"roles": roles, "wrong": words.complaints("credentials", theirs), "modules": len(self.book.endpoints)}

    def status_with(self, token: str) -> int:
        """The HTTP status that a token gets at our credentials endpoint."""
        heads = {"Authorization": words.header(token), "X-Request-ID": str(uuid4()), "X-Correlation-ID": str(uuid4())}
        url = self.book.endpoints["credentials", "RECEIVER"]
        return requests.get(url, headers=heads, timeout=20, allow_redirects=False).status_code

    def _keep_endpoints(self, details: Document) -> None:
        for endpoint in details["endpoints"]:
            self.book.endpoints[endpoint["identifier"], endpoint["role"]] = endpoint["url"]
        # Credentials have no real role: a hub may list them under either one (Versions, InterfaceRole).
        for role in ("SENDER", "RECEIVER"):
            if ("credentials", role) in self.book.endpoints:
                self.book.endpoints.setdefault(("credentials", "RECEIVER"), self.book.endpoints["credentials", role])

    def pull(self, module: str, date_from: str = "") -> list[Document]:
        """Every page of a list, by its Link only (PAG-12)."""
        url = self.book.endpoints[module, "SENDER"] + (f"?date_from={date_from}" if date_from else "")
        found: list[Document] = []
        while url:
            page, answer = self.call("GET", url)
            found += page
            url = answer.links.get("next", {}).get("url", "")
        for document in found:
            key = f"{document['country_code']}/{document['party_id']}/{document['id']}"
            self.book.put(module, key, document)
        return found

    def put_card(self, card: Document) -> None:
        """Push one of our tokens (tokens receiver at the hub)."""
        path = f"{self.book.country}/{self.book.party}/{card['uid']}?type={card['type']}"
        self.call("PUT", self.book.endpoints["tokens", "RECEIVER"].rstrip("/") + "/" + path, card)

    def command(self, kind: str, body: Document, to: str, command_id: str = "") -> Document:
        """Send a command with a response_url of its own (CMD-24); returns the CommandResponse with our command id."""
        command_id = command_id or str(uuid4())
        url = self.book.endpoints["commands", "RECEIVER"].rstrip("/") + f"/{kind}"
        back = f"{self.book.url}/{words.VERSION}/commands/{kind}/{command_id}"
        correlation = str(uuid4())
        data, _ = self.call("POST", url, {"response_url": back} | body, to=to, correlation=correlation)
        response: Document = data[0] if isinstance(data, list) else data
        return {"command_id": command_id, "correlation_id": correlation} | response

    def start(self, card: Document, to: str, location_id: str, evse_uid: str, reference: str = "") -> Document:
        body: Document = {"token": card, "location_id": location_id, "evse_uid": evse_uid}
        if reference:
            body["authorization_reference"] = reference
        return self.command("START_SESSION", body, to)


def _envelope(answer: requests.Response) -> Document:
    try:
        read: Document = words.loads(answer.content)
    except ValueError:
        return {"status_message": f"no envelope: {answer.text[:100]!r}"}
    return read
