"""SCIM and bad input: every no is an error of SCIM (RFC 7644, 3.12), nothing is done, and nothing grows without end."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.adapters.identity.provisioning import ERROR, GROUP, PATCH, SCIM, USER, Directory, provisioned
from turnout.desk.faults import StorageFailed
from turnout.edge.allowance import Allowance, Rate
from turnout.edge.answers import declined_by_fault
from turnout.edge.provisioning import MEMBERS_MAX

ANA = {"schemas": [USER], "userName": "ana", "active": True}
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(operations)}


def is_error(answer: httpx.Response, status: int, kind: str | None) -> bool:
    """Of SCIM's form, with the status twice and its kind."""
    body = answer.json()
    assert answer.headers["content-type"] == "application/scim+json", answer.headers
    assert body["schemas"] == [ERROR]
    assert body["detail"]
    return (answer.status_code, body["status"], body.get("scimType")) == (status, str(status), kind)


WRONG: dict[str, tuple[str, str, Any, int, str | None]] = {
    "no-json": ("POST", "/Users", b"{", 400, "invalidSyntax"),
    "no-object": ("POST", "/Users", b"[]", 400, "invalidSyntax"),
    "no-utf-8": ("POST", "/Users", b'{"userName": "\xff"}', 400, "invalidSyntax"),
    "nested": ("POST", "/Users", b'{"name":' + b"[" * 5_000 + b"]" * 5_000 + b"}", 400, "invalidSyntax"),
    "huge": ("POST", "/Users", b" " * 300_000, 413, None),
    "no-name": ("POST", "/Users", {"schemas": [USER]}, 400, "invalidValue"),
    "name-no-text": ("POST", "/Users", ANA | {"userName": 7}, 400, "invalidValue"),
    "name-too-long": ("POST", "/Users", ANA | {"userName": "x" * 65}, 400, "invalidValue"),
    "name-with-nul": ("POST", "/Users", ANA | {"userName": "a\0b"}, 400, "invalidValue"),
    "display-with-nul": ("POST", "/Users", ANA | {"displayName": "a\0b"}, 400, "invalidValue"),
    "display-too-long": ("POST", "/Users", ANA | {"displayName": "x" * 129}, 400, "invalidValue"),
    "external-too-long": ("POST", "/Users", ANA | {"externalId": "x" * 256}, 400, "invalidValue"),
    "active-no-truth": ("POST", "/Users", ANA | {"active": "perhaps"}, 400, "invalidValue"),
    "unknown-member": (
        "POST",
        "/Groups",
        {"schemas": [GROUP], "displayName": "room", "members": [{"value": "x"}]},
        400,
        "invalidValue",
    ),
    "too-many-members": (
        "POST",
        "/Groups",
        {"schemas": [GROUP], "displayName": "room", "members": [{"value": str(n)} for n in range(MEMBERS_MAX + 1)]},
        403,
        None,
    ),
    "unknown-user": ("GET", "/Users/none", None, 404, None),
    "nowhere": ("GET", "/Cooks", None, 404, None),
    "deep": ("GET", "/Users/a/b/c", None, 404, None),
    "bulk": ("POST", "/Bulk", {}, 501, None),
    "me": ("GET", "/Me", None, 501, None),
    "sorted": ("GET", "/Users?sortBy=userName", None, 501, None),
    "method": ("DELETE", "/Users", None, 405, None),
    "filter-broken": ("GET", "/Users?filter=userName%20eq", None, 400, "invalidFilter"),
    "filter-long": ("GET", "/Users?filter=" + "x" * 501, None, 400, "invalidFilter"),
    "filter-nested": ("GET", "/Users?filter=" + "(" * 9 + "active%20pr" + ")" * 9, None, 400, "invalidFilter"),
    "filter-in-a-body": ("POST", "/Users/.search", {"schemas": [SEARCH], "filter": "(" * 400}, 400, "invalidFilter"),
    "parameters": ("GET", "/Users?" + "&".join(f"a{n}=1" for n in range(21)), None, 400, "invalidSyntax"),
    "count": ("GET", "/Users?count=many", None, 400, "invalidValue"),
    "operations": ("PATCH", "/Users/{ana}", patch(*[{"op": "add"}] * 101), 400, "invalidSyntax"),
    "no-operation": ("PATCH", "/Users/{ana}", patch({"op": "burn", "path": "active"}), 400, "invalidValue"),
    "path-long": ("PATCH", "/Users/{ana}", patch({"op": "remove", "path": "x" * 501}), 400, "invalidSyntax"),
    "path-broken": ("PATCH", "/Users/{ana}", patch({"op": "remove", "path": "a[["}), 400, "invalidPath"),
    "its-identity": ("PATCH", "/Users/{ana}", patch({"op": "replace", "path": "id", "value": "x"}), 400, "mutability"),
    "its-groups": (
        "PATCH",
        "/Users/{ana}",
        patch({"op": "add", "path": "groups", "value": [{"value": "x"}]}),
        400,
        "mutability",
    ),
}


async def test_bad_input_is_an_error_of_scim_and_nothing_is_done(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (house, directory):
        ana = await directory.adds("eva")
        seq = house.edge.counter.seq
        wrong = []
        for name, (method, path, body, status, kind) in WRONG.items():
            content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
            answer = await directory.client.request(method, f"{SCIM}{path.replace('{ana}', ana)}", content=content)
            if not is_error(answer, status, kind):
                wrong.append((name, answer.status_code, answer.text))
        assert wrong == []
        assert house.edge.counter.seq == seq, "nothing was noted"
        assert [one.account for one in house.accounts.list_accounts()] == ["eva"]


async def test_what_is_no_json_by_its_own_word_is_not_read(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (_, directory):
        answer = await directory.client.post(f"{SCIM}/Users", data={"userName": "ana"})
        assert is_error(answer, 415, None)


async def test_a_no_is_said_in_the_language_of_who_asks(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (_, directory):
        await directory.adds("ana")
        for language, words in (("en", "The account ana exists already."), ("zh-CN", "账号 ana 已存在。")):
            taken = await directory.asks("POST", "/Users", ANA, headers={"accept-language": language})
            assert taken.json()["detail"] == words


async def test_where_the_journal_cannot_be_written_nothing_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with provisioned(tmp_path) as (house, directory):
        ana = await directory.adds("ana")

        async def fails(*_: object) -> object:
            return declined_by_fault(StorageFailed("disk"))

        monkeypatch.setattr(house.edge.access, "_submit", fails)
        for answer in (
            await directory.asks("POST", "/Users", ANA | {"userName": "ben"}),
            await directory.patches(f"/Users/{ana}", {"op": "replace", "path": "active", "value": False}),
            await directory.asks("DELETE", f"/Users/{ana}"),
        ):
            assert is_error(answer, 503, None)
            assert answer.headers["retry-after"] == "1"
        (card,) = house.accounts.list_accounts()
        assert (card.account, card.disabled) == ("ana", False)
        assert (await directory.sees(f"/Users/{ana}"))["active"]


async def test_a_program_is_counted_like_any_other_and_so_are_strangers(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (house, directory), house.client() as stranger:
        house.edge.counter.allowances.program_requests = Allowance(Rate(1, 3))
        house.edge.counter.allowances.strangers = Allowance(Rate(1, 3))
        for client in (directory.client, stranger):
            answers = [await client.get(f"{SCIM}/Users") for _ in range(4)]
            assert is_error(answers[-1], 429, None)
            assert answers[-1].headers["retry-after"] == "1"


async def test_only_so_many_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with provisioned(tmp_path) as (house, directory):
        assert house.edge.provisioning is not None
        monkeypatch.setattr(house.edge.provisioning.working, "most", 0)
        assert is_error(await directory.asks("GET", "/Users"), 503, None)


async def test_what_goes_on_after_its_asker_was_told_to_come_again_is_done_before_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with provisioned(tmp_path) as (house, directory):
        ana = await directory.adds("ana")
        submit, go_on = house.edge.access._submit, asyncio.Event()

        async def slowly(*given_: Any) -> Any:
            await go_on.wait()
            return await submit(*given_)

        with monkeypatch.context() as patch:
            patch.setattr(house.edge.access, "_submit", slowly)
            patch.setattr("turnout.adapters.http.scim.storage.DONE_WITHIN_S", 0.05)
            body = {"schemas": [GROUP], "displayName": "room", "members": [{"value": ana}]}
            assert is_error(await directory.asks("POST", "/Groups", body), 503, None)
        leads = asyncio.create_task(directory.adds_group("leads", ana))
        await asyncio.sleep(0.05)
        assert not leads.done(), "the one before is not done yet"
        go_on.set()
        await leads
        (card,) = house.accounts.list_accounts()
        assert card.roles == ("dispatcher", "supervisor")


async def test_a_page_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("turnout.adapters.http.scim.storage.MEMBERS_IN_PAGE", 1)
    async with provisioned(tmp_path) as (_, directory):
        people = [await directory.adds(f"p{number}", externalId=f"e{number}") for number in range(3)]
        for _ in range(3):
            await directory.adds_group("room", *people)
        many = await directory.sees("/Users?count=1000000")
        assert (many["totalResults"], many["itemsPerPage"]) == (3, 3)
        page = await directory.sees("/Users?startIndex=3&count=5")
        assert (page["totalResults"], [one["userName"] for one in page["Resources"]]) == (3, ["p2"])
        assert (await directory.sees("/Users?count=0"))["totalResults"] == 3
        groups = await directory.sees("/Groups")
        assert (groups["totalResults"], groups["itemsPerPage"]) == (3, 1), "a page of members is full after one"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ('userName eq "P1"', ["p1"]),
        ('USERNAME eq "p1"', ["p1"]),
        ('externalId eq "e2"', ["p2"]),
        ('externalId eq "E2"', []),
        ('displayName sw "per" and active eq true', ["p0", "p1"]),
        ("not (active eq true)", ["p2"]),
        ('userName ne "p1"', ["p0", "p2"]),
        ('groups.display eq "room"', ["p0"]),
        ('userName eq "nobody"', []),
        ("id pr", ["p0", "p1", "p2"]),
    ],
)
async def test_a_filter_finds_what_it_says(tmp_path: Path, asked: str, found: list[str]) -> None:
    async with provisioned(tmp_path) as (_, directory):
        for number in range(3):
            more = {"externalId": f"e{number}", "displayName": f"Person {number}", "active": number < 2}
            made = await directory.adds(f"p{number}", **more)
            if number == 0:
                await directory.adds_group("room", made)
        answer = await directory.asks("GET", "/Users", params={"filter": asked})
        assert [one["userName"] for one in answer.json().get("Resources", [])] == found
        body = {"schemas": [SEARCH], "filter": asked}
        everywhere = (await directory.asks("POST", "/.search", body)).json()
        names = [one["userName"] for one in everywhere.get("Resources", []) if "userName" in one]
        assert names == found


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
ATTRIBUTES = ["schemas", "userName", "displayName", "active", "externalId", "preferredLanguage", "members", "groups"]
NAMES = st.sampled_from(
    [
        *ATTRIBUTES,
        "id",
        "meta",
        "password",
        "emails",
        "Operations",
        "op",
        "path",
        "value",
        "filter",
        "count",
        "startIndex",
    ]
)
BODIES = st.dictionaries(NAMES, JSON | st.sampled_from([[USER], [PATCH], [GROUP], [SEARCH]]), max_size=6)
OPERATION = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "Add", "move"])},
    optional={
        "path": NAMES
        | st.text(max_size=30)
        | st.sampled_from(['members[value eq "x"]', "active.x", "groups[", "$ref"]),
        "value": JSON | BODIES,
    },
)
PATCHES = st.builds(lambda some: patch(*some), st.lists(OPERATION, max_size=4))
PATHS = st.sampled_from(["/Users", "/Users/{ana}", "/Groups", "/Groups/{room}", "/.search", "/Users/.search", "/Bulk"])


def test_no_request_of_any_shape_is_an_error_of_the_server(tmp_path: Path) -> None:
    """A few hundred drawn at random, each answered in SCIM's form and none by 500."""

    async def ask(directory: Directory, ids: dict[str, str], method: str, path: str, body: Any, query: str) -> None:
        for name, one in ids.items():
            path = path.replace(f"{{{name}}}", one)
        answer = await directory.client.request(
            method, f"{SCIM}{path}", content=json.dumps(body).encode(), params={"filter": query} if query else None
        )
        assert answer.status_code < 500 or answer.status_code == 501, (method, path, body, answer.text)
        if answer.status_code >= 400:
            assert answer.json()["schemas"] == [ERROR]

    with asyncio.Runner() as runner:
        entered = provisioned(tmp_path)
        house, directory = runner.run(entered.__aenter__())
        ana = runner.run(directory.adds("ana"))
        ids = {"ana": ana, "room": runner.run(directory.adds_group("room", ana))}

        @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(
            st.sampled_from(["GET", "POST", "PUT", "PATCH"]),
            PATHS,
            BODIES | PATCHES | JSON,
            st.just("")
            | st.text(max_size=40)
            | st.sampled_from(['members[value eq "x"]', "active gt true", "meta.x pr"]),
        )
        def drawn(method: str, path: str, body: Any, query: str) -> None:
            runner.run(ask(directory, ids, method, path, body, query))

        try:
            drawn()
            assert len(house.accounts.list_accounts()) >= 1
        finally:
            runner.run(entered.__aexit__(None, None, None))
