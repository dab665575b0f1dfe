"""unfold's look for the widgets of plain Django forms."""

from __future__ import annotations

from django import forms
from unfold import widgets as unfold

_LOOKS: tuple[tuple[type[forms.Widget], list[str]], ...] = (  # the first that fits
    (forms.RadioSelect, unfold.RADIO_CLASSES),
    (forms.CheckboxInput, unfold.SWITCH_CLASSES),
    (forms.Textarea, unfold.TEXTAREA_CLASSES),
    (forms.Select, unfold.SELECT_CLASSES),
    (forms.widgets.Input, unfold.INPUT_CLASSES),
)


_RADIO = ("unfold/widgets/radio.html", "unfold/widgets/radio_option.html")


def dress(form: forms.BaseForm) -> None:
    """Every field of a form, in place."""
    for field in form.fields.values():
        widget = field.widget
        if isinstance(widget, forms.RadioSelect):
            widget.template_name, widget.option_template_name = _RADIO
            widget.attrs["class"] = look(widget)
        elif isinstance(widget, forms.CheckboxSelectMultiple):
            field.widget = boxes(widget)
        elif not widget.attrs.get("class"):
            widget.attrs["class"] = look(widget)


def look(widget: forms.Widget) -> str:
    """The classes for one widget."""
    return next((" ".join(classes) for kind, classes in _LOOKS if isinstance(widget, kind)), "")


def boxes(plain: forms.CheckboxSelectMultiple) -> forms.CheckboxSelectMultiple:
    """Several check boxes beside each other."""
    dressed: forms.CheckboxSelectMultiple = unfold.UnfoldAdminCheckboxSelectMultipleWidget(choices=plain.choices)
    return dressed
