"""Every page of the admin opens, for every model, with untrusted text escaped and no query per row."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests.console import world

pytestmark = pytest.mark.django_db

MODELS = sorted((model for model in admin.site._registry), key=lambda model: model._meta.label_lower)
OWN = [model for model in MODELS if model._meta.app_label in ("roaming", "ocppbridge")]


@pytest.fixture
def hub() -> world.World:
    return world.build()


def name(model: Any) -> str:
    return str(model._meta.label_lower)


def url(model: Any, view: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


@pytest.mark.parametrize("model", MODELS, ids=name)
def test_every_list_opens(model: Any, hub: world.World, admin_client: Client) -> None:
    assert admin_client.get(url(model, "changelist")).status_code == 200


@pytest.mark.parametrize("model", OWN, ids=name)
def test_every_object_has_a_page(model: Any, hub: world.World, admin_client: Client) -> None:
    row = model._default_manager.first()
    assert row is not None, "the world lacks one"
    answer = admin_client.get(url(model, "change", row.pk), follow=True)
    assert answer.status_code == 200


@pytest.mark.parametrize("model", OWN, ids=name)
def test_every_search_box_takes_anything(model: Any, hub: world.World, admin_client: Client) -> None:
    for term in ("VLT-0001", world.UID, world.CORRELATION, "4711", "99999999999999", "it's \\ % _ \"odd\""):
        assert admin_client.get(url(model, "changelist"), {"q": term}).status_code == 200
