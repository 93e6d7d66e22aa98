"""One filled-in example of every event, made from its declared fields: a new field cannot be forgotten."""

import types
import typing
from typing import Any

import msgspec
import pytest

from turnout.core.events import Event


def an_example(kind: Any, name: str = "x") -> Any:
    """A value of type `kind` with everything filled in."""
    if hasattr(kind, "__supertype__"):
        return an_example(kind.__supertype__, name)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return an_example(arguments[0], name)
    if origin is typing.Literal:
        return arguments[0]
    if origin in (typing.Union, types.UnionType):
        return an_example(next(arm for arm in arguments if arm is not type(None)), name)
    if origin is tuple:
        return tuple(an_example(each, name) for each in arguments if each is not Ellipsis)
    if origin is frozenset:
        return frozenset({an_example(arguments[0], name)})
    if origin is dict:
        return {an_example(arguments[0], name): an_example(arguments[1], name)}
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        hints = typing.get_type_hints(kind)
        return kind(**{field: an_example(hints[field], field) for field in kind.__struct_fields__})
    simple: dict[Any, Any] = {str: name, int: 7, float: 1.5, bool: True, Any: name}
    return simple[kind]


@pytest.fixture(scope="session")
def every_event() -> list[Event]:
    return [an_example(kind) for kind in typing.get_args(Event)]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-histories", action="store_true", help="add the stored forms of new events")
