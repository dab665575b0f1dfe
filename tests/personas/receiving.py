"""A partner as the Receiver of a registration: it looks at the hub's versions before it answers (CRE-03)."""

from __future__ import annotations

from tests.personas.partner import Partner, Said, Seen


def accepting(partner: Partner, token_c: str = "their-token-c") -> None:
    """It takes every POST and PUT of credentials, with the token in the body, then gives its own."""

    def react(seen: Seen) -> Said:
        versions = partner.call("GET", seen.body["url"], routed=False, token=seen.body["token"])
        assert versions.both == (200, 1000)
        partner.token_for_hub = seen.body["token"]
        details = partner.call("GET", versions.data[0]["url"], routed=False).data
        partner.hub_endpoints = {(one["identifier"], one["role"]): one["url"] for one in details["endpoints"]}
        return Said(partner.credentials(token_c))

    partner.answers["POST", "/credentials"] = partner.answers["PUT", "/credentials"] = react
