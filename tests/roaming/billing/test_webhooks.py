"""Webhooks: told in order, signed, tried again, paused with a notice, told again from where staff say."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from roaming import client
from roaming.hub import webhooks as words
from roaming.models import Notice, Webhook, WebhookAttempt
from roaming.services import changes, keys, webhooks
from tests.roaming.billing import world

pytestmark = pytest.mark.django_db


@dataclass
class Receiver:
    """An endpoint: `answers` are the statuses of its next answers, then 204."""

    answers: list[int] = field(default_factory=list)
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def ids(self) -> list[str]:
        return [json.loads(body)["data"]["cdr"]["cdr_id"] for _, body in self.heard]


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.heard.append((dict(self.headers), body))
            status = found.answers.pop(0) if found.answers else 204
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    settings.OUTBOUND_ALLOW = [ip_network("127.0.0.0/8")]
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _parties() -> None:
    world.begin()


def hook(receiver: Receiver, *parties: Any, kinds: tuple[str, ...] = ("made", "verdict")) -> Webhook:
    return webhooks.add("billing", receiver.url, kinds, parties)[0]


def due_now(one: Webhook) -> None:
    Webhook.objects.filter(pk=one.pk).update(due_at=timezone.now())


def test_an_endpoint_is_told_what_came_after_it_in_order_and_signed(receiver: Receiver) -> None:
    world.cdr("BEFORE")
    one, key = webhooks.add("billing", receiver.url, ["made", "verdict"])
    cdr = world.cdr("A")
    world.assess(cdr, "ON_HOLD", codes=["cost_mismatch"])
    world.cdr("B")
    assert webhooks.due(timezone.now()) == [one.pk]
    webhooks.run(one.pk)
    told = [json.loads(body) for _, body in receiver.heard]
    assert [(each["type"], each["data"]["cdr"]["cdr_id"]) for each in told] == [
        ("cdr.made", "A"),
        ("cdr.verdict", "A"),
        ("cdr.made", "B"),
    ]
    assert told[1]["data"]["verdict"] == "ON_HOLD"
    assert told[1]["data"]["cdr"]["reasons"] == ["cost_mismatch"]
    head, body = receiver.heard[0]
    at = timezone.now().fromtimestamp(int(head["webhook-timestamp"]), timezone.get_default_timezone())
    assert head["webhook-signature"] == words.headers(key, head["webhook-id"], at, body)["webhook-signature"]
    assert "Authorization" not in head
    assert webhooks.due(timezone.now()) == []
    assert WebhookAttempt.objects.filter(taken=True).count() == 3


def test_the_secret_is_encrypted_at_rest(receiver: Receiver) -> None:
    """S17."""
    one, key = webhooks.add("billing", receiver.url, ["made"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM roaming_webhook")
        kept = cursor.fetchone()[0]
    assert key not in kept and kept.startswith("gAAAA")
    assert Webhook.objects.get(pk=one.pk).secret == key
    again = webhooks.renew_secret(one)
    assert again != key


def test_its_secret_outlives_a_change_of_the_server_key(receiver: Receiver, settings: Any) -> None:
    """S17."""
    one, key = webhooks.add("billing", receiver.url, ["made"])
    settings.SERVER_KEY, settings.SERVER_KEY_FALLBACKS = b"n" * 32, [settings.SERVER_KEY]
    assert keys.encrypt_again() == 1
    settings.SERVER_KEY_FALLBACKS = []
    assert Webhook.objects.get(pk=one.pk).secret == key


def test_one_that_fails_is_tried_again_and_nothing_overtakes_it(receiver: Receiver) -> None:
    one = hook(receiver)
    world.cdr("A")
    world.cdr("B")
    receiver.answers = [500, 302, 204]
    webhooks.run(one.pk)
    one.refresh_from_db()
    assert (one.attempts, one.last_error) == (1, "HTTP 500")
    assert one.due_at is not None and one.due_at > timezone.now()
    webhooks.run(one.pk)  # not yet
    assert receiver.ids() == ["A"]
    assert webhooks.due(timezone.now()) == []
    due_now(one)
    assert webhooks.due(timezone.now()) == [one.pk]
    webhooks.run(one.pk)  # a redirect is not followed (S3)
    due_now(one)
    webhooks.run(one.pk)
    assert receiver.ids() == ["A", "A", "A", "B"]
    assert len({head["webhook-id"] for head, _ in receiver.heard}) == 2
    one.refresh_from_db()
    assert (one.attempts, one.due_at, one.first_failed_at, one.last_error) == (0, None, None, "")


def test_after_the_last_attempt_it_is_paused_and_staff_are_told(receiver: Receiver) -> None:
    one = hook(receiver)
    world.cdr("A")
    receiver.answers = [500]
    Webhook.objects.update(attempts=len(words.DELAYS))
    webhooks.run(one.pk)
    one.refresh_from_db()
    assert one.paused_at is not None
    assert "billing is paused after 13 failures in a row: HTTP 500" in Notice.objects.get().text
    world.cdr("B")
    assert webhooks.due(timezone.now()) == []
    webhooks.resume(one)
    webhooks.run(one.pk)
    assert receiver.ids() == ["A", "A", "B"]


def test_a_receiver_that_says_gone_is_paused_at_once(receiver: Receiver) -> None:
    one = hook(receiver)
    world.cdr("A")
    receiver.answers = [410]
    webhooks.run(one.pk)
    one.refresh_from_db()
    assert one.paused_at is not None


def test_staff_may_tell_it_again_or_skip_what_it_does_not_take(receiver: Receiver) -> None:
    one = hook(receiver)
    for name in ("A", "B", "C"):
        world.cdr(name)
    webhooks.run(one.pk)
    first = [head["webhook-id"] for head, _ in receiver.heard]
    webhooks.replay(one, 1)
    webhooks.run(one.pk)
    assert receiver.ids() == ["A", "B", "C", "B", "C"]
    assert [head["webhook-id"] for head, _ in receiver.heard][3:] == first[1:]
    world.cdr("BAD")
    world.cdr("GOOD")
    receiver.answers = [400]
    webhooks.run(one.pk)
    one.refresh_from_db()
    assert webhooks.waiting(one) == 2
    webhooks.skip(one)
    webhooks.run(one.pk)
    assert receiver.ids()[5:] == ["BAD", "GOOD"]


def test_being_set_back_while_it_is_told_counts(receiver: Receiver) -> None:
    """The worker that was telling it does not set it forward again."""
    one = hook(receiver)
    world.cdr("A")
    changes.assign()
    stale = Webhook.objects.get(pk=one.pk)
    webhooks.replay(one, 0)
    Webhook.objects.filter(pk=one.pk).update(position=-1)
    assert not webhooks._moved(stale, 1)
    assert Webhook.objects.get(pk=one.pk).position == -1


def test_a_ping_is_sent_also_to_one_that_is_paused(receiver: Receiver) -> None:
    one = hook(receiver)
    webhooks.pause(one, timezone.now())
    webhooks.ping(one, timezone.now())
    assert webhooks.due(timezone.now()) == [one.pk]
    webhooks.run(one.pk)
    assert json.loads(receiver.heard[0][1])["type"] == "ping"
    assert webhooks.due(timezone.now()) == []
    attempt = WebhookAttempt.objects.get()
    assert (attempt.kind, attempt.taken, attempt.http_status) == ("ping", True, 204)


def test_an_endpoint_hears_what_it_asked_for_of_its_own_parties(receiver: Receiver) -> None:
    one = hook(receiver, world.party("DE/EMX", "EMSP"), kinds=("verdict",))
    world.assess(world.cdr("MINE"), "ACCEPTED")
    world.assess(world.cdr("THEIRS", emsp="FR/OTH"), "ACCEPTED")
    webhooks.run(one.pk)
    assert [json.loads(body)["type"] for _, body in receiver.heard] == ["cdr.verdict"]
    assert receiver.ids() == ["MINE"]
    one.refresh_from_db()
    assert one.position == changes.last_position()


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/x", "http://billing.example/x", "ftp://billing.example/", "https://u:p@billing.example/"]
)
def test_cdrs_leave_over_https_only_unless_the_network_is_named(url: str, receiver: Receiver) -> None:
    """S1."""
    with pytest.raises(client.Forbidden):
        webhooks.add("billing", url, ["made"])


def test_an_address_that_the_hub_does_not_call_is_not_called(receiver: Receiver, settings: Any) -> None:
    """S1, S2: also one that was fine when it was entered."""
    one = hook(receiver)
    settings.OUTBOUND_ALLOW = []
    world.cdr("A")
    webhooks.run(one.pk)
    assert receiver.heard == []
    one.refresh_from_db()
    assert one.last_error.startswith("Forbidden")


def test_one_that_slept_past_what_is_kept_is_told_so_by_a_notice(receiver: Receiver, settings: Any) -> None:
    one = hook(receiver)
    world.cdr("A")
    changes.assign()
    changes.forget(timezone.now() + timedelta(days=settings.BILLING_CHANGES_DAYS, minutes=1))
    world.cdr("B")
    webhooks.run(one.pk)
    assert receiver.ids() == ["B"]
    assert "must export" in Notice.objects.get().text
