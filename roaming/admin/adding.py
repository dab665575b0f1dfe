"""Forms that can also add an object: owner and id are asked once, then fixed."""

from __future__ import annotations

from typing import Any, TypeVar

from django import forms

from roaming.admin.documents import DocumentForm, hosted
from roaming.models import StoredObject

S = TypeVar("S", bound=StoredObject)


class AddingForm(DocumentForm[S]):
    """`owner` and `identifier` exist while there is no object yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields.pop("owner", None)
            self.fields.pop("identifier", None)
        elif isinstance(owners := self.fields.get("owner"), forms.ModelChoiceField):
            owners.queryset = hosted()

    def checked(self) -> dict[str, Any]:
        """A new document begins with its identity."""
        if self.instance.pk:
            return super().checked()
        party, identifier = self.cleaned_data["owner"], self.cleaned_data["identifier"]
        return self.applied({"country_code": party.country_code, "party_id": party.party_id, "id": identifier})

    def clean(self) -> dict[str, Any]:
        """Not one that is there already."""
        said = super().clean()
        if not self.instance.pk and not self.errors:
            model = self._meta.model
            key = {"country_code": said["owner"].country_code, "party_id": said["owner"].party_id}
            if model._default_manager.filter(**key, object_key=said["identifier"].upper()).exists():
                self.add_error("identifier", f"{said['owner']} has one with this id")
        return said
