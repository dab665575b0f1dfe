"""What a function of ours leads to: the functions and classes that its code names, and theirs in turn.

Read from compiled code, so it follows what runs and not what a comment says. A method called on an argument is not
followed: its class is not named there.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

_MARK: Final = re.compile(r"# decision: ([A-Z0-9-]+)")
_OURS: Final = "ocppbridge."


@cache
def reached(start: Callable[..., Any]) -> frozenset[Any]:
    """Every function and class of ours that a function leads to, itself included."""
    found: set[Any] = set()
    waiting: list[Any] = [inspect.unwrap(start)]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found.add(one)
        waiting += _next(one)
    return frozenset(found)


@cache
def marks(function: Callable[..., Any]) -> frozenset[str]:
    """The decisions that are applied on the way."""
    return frozenset(mark for one in reached(function) for mark in _MARK.findall(_text(one)))


@cache
def words(function: Callable[..., Any]) -> frozenset[str]:
    """The texts that a function's own code holds, or that stand in the tables that it names."""
    function = inspect.unwrap(function)
    code = getattr(function, "__code__", None)
    return frozenset(_texts(code, getattr(function, "__globals__", {}))) if code is not None else frozenset()


def address(function: Callable[..., Any]) -> str:
    """`handlers.provisioning.register`; what has no name of its own is told by where it stands."""
    function = inspect.unwrap(function)
    name = function.__qualname__.partition(".<locals>")[0]
    return f"{function.__module__}.{name}".removeprefix(_OURS).removesuffix(".<lambda>")


def saying(function: Callable[..., Any]) -> str:
    """The first line of its docstring."""
    return (inspect.getdoc(inspect.unwrap(function)) or "").partition("\n")[0]


def _next(one: Any) -> Iterator[Any]:
    if isinstance(one, FunctionType):
        names = {name for code in _codes(one.__code__) for name in code.co_names}
        for name in names:
            value = one.__globals__.get(name)
            if isinstance(value, ModuleType) and value.__name__.startswith(_OURS):
                yield from filter(_is_ours, (vars(value).get(other) for other in names))
            elif isinstance(value, Mapping):
                yield from _rows(value, names)
            elif _is_ours(value):
                yield inspect.unwrap(value) if callable(value) else value
    elif isinstance(one, type):
        yield from (value for value in vars(one).values() if isinstance(value, FunctionType))


def _rows(table: Mapping[Any, Any], names: set[str]) -> Iterator[Any]:
    """By class: the row that the code asks for. Of classes by text: any, for the text comes from outside."""
    for key, row in table.items():
        if (isinstance(key, type) and key.__name__ in names) or (isinstance(key, str) and isinstance(row, type)):
            yield row


def _is_ours(value: Any) -> bool:
    if not isinstance(value, FunctionType | type):
        return False
    return value.__module__.startswith(_OURS) and not value.__module__.startswith(f"{_OURS}models")


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _texts(code: CodeType, names: Mapping[str, Any]) -> Iterator[str]:
    for one in _codes(code):
        yield from _flat(one.co_consts)
        yield from _flat([names[name] for name in one.co_names if isinstance(names.get(name), Mapping)])


def _flat(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _flat(list(value.values()))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _flat(one)


def _text(one: Any) -> str:
    if not isinstance(one, FunctionType):
        return ""
    try:
        return inspect.getsource(one)
    except OSError:  # made by a dataclass
        return ""
