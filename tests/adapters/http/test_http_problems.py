"""Every no is a problem document in the asker's language."""

from typing import Any, get_args, get_type_hints

import httpx
import msgspec
import pytest

from tests.adapters.running import API, Running
from turnout.adapters.http.problems import language_of, problem_response
from turnout.core.refusals import Refusal
from turnout.desk import faults
from turnout.edge.answers import declined, declined_by_fault
from turnout.edge.counter import refused
from turnout.edge.refusals import PlaceRefusal
from turnout.edge.speech import STATUS, WORDS


def an_example(kind: type[Any]) -> Any:
    """Any refusal of the kind, whatever its fields."""

    def value(hint: Any) -> Any:
        hint = hint.__origin__ if hasattr(hint, "__metadata__") else hint  # what a limit is put on
        plain = {str: "x", int: 1, float: 1.0, bool: True}
        if get_args(hint) and isinstance(get_args(hint)[0], str):
            return get_args(hint)[0]
        return plain.get(hint, ("x",) if str(hint).startswith("tuple") else "x")

    hints = get_type_hints(kind)
    wanted = [field for field in msgspec.structs.fields(kind) if field.required]
    return kind(
        **{field.name: value(getattr(hints[field.name], "__supertype__", hints[field.name])) for field in wanted}
    )


@pytest.mark.parametrize("kind", [*get_args(Refusal), *get_args(PlaceRefusal)], ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_problem_document_in_both_languages(kind: type[Any]) -> None:
    said = refused(an_example(kind))
    assert 400 <= said.status < 500
    documents = [problem_response(said, language) for language in ("en", "zh-CN")]
    bodies = [msgspec.json.decode(document.content) for document in documents]
    assert bodies[0]["detail"]
    assert bodies[0]["detail"] != bodies[1]["detail"]
    assert all(body["type"] == f"/problems/{said.code}" and body["status"] == said.status for body in bodies)
    assert all(document.media_type == "application/problem+json" for document in documents)


@pytest.mark.parametrize("code", WORDS)
def test_every_no_of_the_edge_is_said_in_both_languages(code: str) -> None:
    said = declined(code)
    assert said.text.en
    assert any("一" <= character <= "鿿" for character in said.text.zh)


def test_every_status_belongs_to_a_code_that_is_spoken() -> None:
    spoken = {*WORDS, *(kind.__struct_config__.tag for kind in get_args(Refusal)), *FAULT_CODES}
    assert set(STATUS) <= spoken


FAULT_CODES = {kind.code for kind in vars(faults).values() if isinstance(kind, type) and issubclass(kind, faults.Fault)}


@pytest.mark.parametrize("code", sorted(FAULT_CODES))
def test_every_fault_of_the_desk_tells_its_sender_what_to_do(code: str) -> None:
    kind = next(k for k in vars(faults).values() if isinstance(k, type) and getattr(k, "code", "") == code)
    said = declined_by_fault(kind("why"))
    assert said.status >= 400
    assert said.text.en
    assert said.text.zh


def test_the_language_is_the_first_of_the_asked_ones_that_we_speak() -> None:
    assert language_of({"accept-language": "fr, zh-TW;q=0.8, en;q=0.5"}) == "zh-CN"
    assert language_of({"accept-language": "fr"}) == "en"


async def test_whoever_is_not_signed_in_is_told_so_in_their_language(house: Running) -> None:
    async with house.client() as client:
        answer = await client.get(f"{API}/board", headers={"accept-language": "zh"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-on")
    assert "登录" in answer.json()["detail"]


async def test_what_is_not_there_is_a_problem_document_too(browser: httpx.AsyncClient) -> None:
    for path, code in ((f"{API}/persons", "not-found"), (f"{API}/incidents/ZZZ", "unknown-incident")):
        answer = await browser.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, code)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_that_is_no_json_is_malformed(browser: httpx.AsyncClient) -> None:
    answer = await browser.post(f"{API}/commands", content=b"{not json", headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


async def test_another_sites_page_cannot_act_with_the_visitors_cookie(browser: httpx.AsyncClient) -> None:
    answer = await browser.post(f"{API}/line", json={"text": "?"}, headers={"origin": "https://evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign-origin")
