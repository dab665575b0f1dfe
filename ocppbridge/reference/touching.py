"""The decisions that touch a message: applied in the code that handles it, or said by the register to concern it."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import cache
from types import FunctionType

from ocppbridge.reference import handling, tracing
from ocppbridge.versions import Dialect
from roaming.decisions import Decision, every

Touch = tuple[Decision, str]
"""A decision and why it is one of this message's."""


def touching(dialect: Dialect, action: str) -> list[Touch]:
    """Each decision once, with the first reason found."""
    applied = {mark: what for what, function in handling.steps(dialect, action) for mark in tracing.marks(function)}
    return [(one, why) for one in every() for why in list(_reasons(one, dialect, action, applied))[:1]]


def _reasons(one: Decision, dialect: Dialect, action: str, applied: dict[str, str]) -> Iterator[str]:
    if one.id in applied:
        yield f"applied where it {applied[one.id]}"
    if re.search(rf"\b{action}\b", f"{one.section} {one.question} {one.title}"):
        yield "the register names it"
    named = {verb.__name__ for verb in handling.verbs(dialect, action)} & _verbs_of(one.applied_in)
    if named:
        yield f"applied where {' and '.join(sorted(named))} is asked for"


@cache
def _verbs_of(module: str) -> frozenset[str]:
    """The verbs that the functions of the deciding module name: the decision is met on the way to them."""
    if not module.startswith("ocppbridge.bridge"):
        return frozenset()
    functions = [part for part in vars(importlib.import_module(module)).values() if _is_own(part, module)]
    named = {name for function in functions for name in function.__code__.co_names}
    return frozenset(named & {verb.__name__ for verb in handling.verbs_anywhere()})


def _is_own(part: object, module: str) -> bool:
    return isinstance(part, FunctionType) and part.__module__ == module
