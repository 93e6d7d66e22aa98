"""By the schemas alone: which routes could answer with what is in the vault, and that these are the broker's.

`audit/personal.toml` says which structures carry what is sealed, and the API's own description which answer can hold
them. Neither knows the code: a route that is added, or a structure that gets a sealed field, is judged by itself.
What those routes do is in `tests/adapters/http/test_http_no_other_path.py`.
"""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.adapters.http.test_http_no_other_path import EMPTY, REVEALING
from tests.house.test_charter_points import description
from turnout.audit.personal import shipped_schema

UNTYPED: Final = {
    "post /api/v1/accounts/passkey/options": "made by the passkey library for a browser: a challenge, no record",
    "post /api/v1/session/passkey/options": "the same, for who signs in",
    "AnswerShown.refusal": "the code of a refused command, and its facts",
    "Difference.before": "of the city's tables",
    "Difference.after": "of the city's tables",
}
"""Answers of which the description does not say what is in them, and what it is."""


def sealed_structures() -> set[str]:
    """Whose fields hold what the vault holds, by the schema."""
    sealed = [one for one in shipped_schema().personal if one.kept == "vault"]
    return {struct for one in sealed for structs in one.fields.values() for struct in structs}


def sealed_streams() -> set[str]:
    return {stream for one in shipped_schema().personal if one.kept == "sealed-file" for stream in one.streams}


def within(document: dict[str, Any], answer: Any, place: str, seen: dict[str, str]) -> Iterator[str]:
    """Names of structures that an answer can hold, into `seen` with where; yields the places that say nothing."""
    if isinstance(answer, list):
        for one in answer:
            yield from within(document, one, place, seen)
    elif isinstance(answer, dict) and "$ref" in answer:
        name = answer["$ref"].rpartition("/")[2]
        if name not in seen:
            seen[name] = place
            yield from within(document, document["components"]["schemas"][name], name, seen)
    elif answer == {} or answer == {"type": "object"}:
        yield place
    elif isinstance(answer, dict):
        for name, field in answer.get("properties", {}).items():
            yield from within(document, field, f"{place}.{name}", seen)
        for key in ("anyOf", "oneOf", "allOf", "items", "prefixItems", "additionalProperties"):
            if not isinstance(answer.get(key, False), bool):
                yield from within(document, answer[key], place, seen)


def judged(document: dict[str, Any]) -> tuple[set[str], set[str]]:
    """(paths that can answer with something sealed, places of which nothing is said)."""
    bearing, untyped = set(), set()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            seen: dict[str, str] = {}
            for reply in operation["responses"].values():
                for content in reply.get("content", {}).values():
                    untyped |= set(within(document, content["schema"], f"{method} {path}", seen))
            if sealed_structures() & seen.keys():
                bearing.add(path)
    return bearing, untyped


def test_only_the_brokers_routes_can_answer_with_what_the_vault_holds() -> None:
    bearing, _ = judged(description())
    assert bearing >= {"/api/v1/details/{called}/{person}"}
    assert bearing <= REVEALING | EMPTY


def test_every_other_answer_says_what_is_in_it() -> None:
    _, untyped = judged(description())
    assert untyped == {"get /api/v1/files/{ticket}", *UNTYPED}


def test_a_file_comes_in_by_one_door_and_goes_out_by_the_brokers() -> None:
    streams = {path for path in description()["paths"] if "/files" in path and "get" in description()["paths"][path]}
    assert sealed_streams() == {"/incidents/{called}/files"}
    assert streams == {"/api/v1/files/{ticket}"}
    assert streams <= REVEALING


DETAILS = {"$ref": "#/components/schemas/DetailsShown"}


@pytest.mark.parametrize(
    "answer",
    [
        DETAILS,
        {"type": "array", "items": DETAILS},
        {"type": "object", "properties": {"rows": {"additionalProperties": {"anyOf": [{"type": "null"}, DETAILS]}}}},
        {"type": "array", "prefixItems": [{"type": "string"}, {"type": "object", "properties": {"deep": DETAILS}}]},
        {"$ref": "#/components/schemas/TransferDocument"},
    ],
)
def test_a_new_route_that_could_show_details_is_found(answer: dict[str, Any]) -> None:
    reply = {"responses": {"200": {"content": {"application/json": {"schema": answer}}}}}
    document = {**description(), "paths": {"/new": {"get": reply}}}
    assert judged(document)[0] == {"/new"}


@pytest.mark.parametrize("answer", [{}, {"type": "object"}, {"type": "array", "items": {}}])
def test_a_new_route_that_does_not_say_what_it_answers_is_found(answer: dict[str, Any]) -> None:
    reply = {"responses": {"200": {"content": {"application/json": {"schema": answer}}}}}
    document = {**description(), "paths": {"/new": {"get": reply}}}
    assert judged(document)[1] == {"get /new"}
