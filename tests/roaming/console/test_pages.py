"""Every page of the admin opens, for every model, with untrusted text escaped and no query per row."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

import config.urls  # noqa: F401  # finds the pages
from roaming.console import links
from tests.roaming.console import anything, world

pytestmark = pytest.mark.django_db

MODELS = sorted((model for model in admin.site._registry), key=lambda model: model._meta.label_lower)
ROWS = 5
FIGURES = re.compile(r"'[^']*'|\b\d+\b")
OWN = [model for model in MODELS if model._meta.app_label in ("roaming", "ocppbridge")]


@pytest.fixture
def hub() -> world.World:
    return world.build()


def name(model: Any) -> str:
    return str(model._meta.label_lower)


def url(model: Any, view: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


def test_every_list_and_every_object_opens(hub: world.World, admin_client: Client) -> None:
    for model in MODELS:
        assert (name(model), admin_client.get(url(model, "changelist")).status_code) == (name(model), 200)
    for model in OWN:
        row = anything.row_of(model, timezone.now())
        answer = admin_client.get(url(model, "change", row.pk), follow=True)
        assert (name(model), answer.status_code) == (name(model), 200)


def test_no_list_asks_for_each_of_its_rows(hub: world.World, admin_client: Client) -> None:
    """As many alike as there are rows are one too many."""
    asking = {}
    for model in OWN:
        anything.fill(model, ROWS, timezone.now())
        with CaptureQueriesContext(connection) as asked:
            assert admin_client.get(url(model, "changelist")).status_code == 200
        ((often, times),) = Counter(FIGURES.sub("?", one["sql"]) for one in asked).most_common(1)
        if times >= ROWS:
            asking[name(model)] = often
    assert asking == {}


def test_every_search_box_takes_anything(hub: world.World, admin_client: Client) -> None:
    for model in OWN:
        for term in ("VLT-0001", world.CORRELATION, "99999999999999", 'it\'s \\ % _ "odd"'):
            answer = admin_client.get(url(model, "changelist"), {"q": term})
            assert (name(model), term, answer.status_code) == (name(model), term, 200)


def test_every_filter_offered_can_be_chosen(hub: world.World, admin_client: Client) -> None:
    for model in OWN:
        page = admin_client.get(url(model, "changelist"))
        for spec in page.context_data["cl"].filter_specs if "cl" in page.context_data else ():
            queries = [
                choice["query_string"] for choice in spec.choices(page.context_data["cl"]) if "query_string" in choice
            ]
            for query in {*queries[1:2], *queries[-1:]}:  # of many alike; the first is the list as it is
                if query:
                    answer = admin_client.get(url(model, "changelist") + query)
                    assert (name(model), query, answer.status_code) == (name(model), query, 200)


def test_a_link_that_names_one_object_leads_to_it(hub: world.World, admin_client: Client) -> None:
    """From a session to its transaction and back, across the two apps."""
    for jump, target in [
        (links.jump("ocppbridge.transaction", session_id=hub.session.object_id), hub.transaction),
        (links.jump("roaming.session", object_id=str(hub.transaction.session_id)), hub.session),
        (links.jump("roaming.cdr", object_key=hub.transaction.cdr_id.upper()), hub.cdr),
    ]:
        answer = admin_client.get(str(jump))
        assert answer.headers["Location"] == url(type(target), "change", target.pk)


def test_a_link_that_names_nothing_shows_the_list(hub: world.World, admin_client: Client) -> None:
    answer = admin_client.get(str(links.jump("roaming.session", object_id="nobody's")))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("model", "name"), [("ocppbridge.transaction", {"session_id": "SES-9"}), ("roaming.assessment", {"cdr_id": "none"})]
)
def test_a_link_by_what_is_no_key_is_told_so(admin_client: Client, model: str, name: dict[str, str]) -> None:
    """A session that did not come from here has no UUID."""
    answer = admin_client.get(str(links.jump(model, **name)))
    assert (answer.status_code, answer.headers["Location"].partition("?")[2]) == (302, "e=1")


def test_the_home_page_says_how_things_stand(hub: world.World, admin_client: Client) -> None:
    page = admin_client.get(reverse("admin:index"))
    tiles = {tile.title: str(tile.value) for tile in page.context_data["tiles"]}
    assert tiles["Stations online"] == "1 of 1"
    assert tiles["Charging now"] == "1"
    assert tiles["Deliveries failing"] == "1"
    assert tiles["Alerts open"] == "1"
    assert tiles["Frames in quarantine"] == "1"
    assert int(tiles["Decisions open"]) > 5
