"""unfold's look for the widgets of plain Django forms."""

from __future__ import annotations

from django import forms
from unfold import widgets as unfold

_LOOKS: tuple[tuple[type[forms.Widget], list[str]], ...] = (  # the first that fits
    (forms.CheckboxInput, unfold.SWITCH_CLASSES),
    (forms.RadioSelect, unfold.RADIO_CLASSES),
    (forms.Textarea, unfold.TEXTAREA_CLASSES),
    (forms.Select, unfold.SELECT_CLASSES),
    (forms.widgets.Input, unfold.INPUT_CLASSES),
)


class Boxes(forms.CheckboxSelectMultiple):
    """Check boxes in columns."""

    template_name = "console/boxes.html"


def dress(form: forms.BaseForm) -> None:
    """Every field of a form, in place."""
    for field in form.fields.values():
        widget = field.widget
        if isinstance(widget, forms.CheckboxSelectMultiple):
            continue
        if isinstance(widget, forms.RadioSelect):
            widget.template_name = "unfold/widgets/radio.html"
            widget.option_template_name = "unfold/widgets/radio_option.html"
        elif isinstance(widget, forms.Select):
            widget.template_name = "unfold/widgets/select.html"
        if not widget.attrs.get("class"):
            widget.attrs["class"] = look(widget)


def look(widget: forms.Widget) -> str:
    """The classes for one widget."""
    return next((" ".join(classes) for kind, classes in _LOOKS if isinstance(widget, kind)), "")
