"""At an edge: what goes to the desk, what to a worker, and what is answered here when they do not."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from turnout.adapters.between import passing_on
from turnout.adapters.between.desk_line import DeskLine, client_for
from turnout.adapters.between.passing_on import OF_A_WORKER, PassingOn, Standing, is_of_the_desk
from turnout.adapters.http.api import litestar_app
from turnout.adapters.http.standing_by import say_no
from turnout.edge.at_device import CERTIFICATE
from turnout.edge.between import DeskDoor

KEY = bytes(32)
DESK, WORKER = "http://desk.test", "http://worker.test"


class Edge:
    """An edge whose desk and worker answer by `far`; `asked` is what they were asked."""

    def __init__(
        self, far: Callable[[httpx.Request], httpx.Response], standing: Standing = "open", certificate: bytes = b""
    ) -> None:
        self.asked: list[httpx.Request] = []
        self.refreshed = 0

        async def answer(request: httpx.Request) -> httpx.Response:
            self.asked.append(request)
            await request.aread()
            return far(request)

        async def find_door() -> DeskDoor:
            return DeskDoor(DESK, 1)

        async def refresh() -> None:
            self.refreshed += 1

        line = DeskLine(find_door, client_for(KEY, None))
        line.client._transport = httpx.MockTransport(answer)
        line.client._mounts = {}
        app = PassingOn(_here, line, say_no, standing=lambda scope: standing, refresh=refresh, worker=WORKER)

        async def door(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": {CERTIFICATE: certificate}}, receive, send)

        transport = httpx.ASGITransport(app=door, client=("198.51.100.7", 5))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://edge.test")


async def _here(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"here"})


async def _said(edge: Edge, method: str, path: str, **more: Any) -> tuple[int, str]:
    answer = await edge.client.request(method, path, **more)
    return answer.status_code, answer.text


def far_and_well(request: httpx.Request) -> httpx.Response:
    return httpx.Response(201, content=_pieces(str(request.url.host), " ", request.content.decode()))


async def _pieces(*texts: str) -> AsyncIterator[bytes]:
    for text in texts:
        yield text.encode()


def gone(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("gone")


async def test_what_changes_accounts_is_the_desks_with_its_askers_address() -> None:
    edge = Edge(far_and_well)
    lie = {"x-turnout-client": "203.0.113.1", "x-turnout-key": "11" * 32, "x-turnout-scheme": "https"}
    lie |= {"x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.1"}
    assert await _said(edge, "POST", "/api/v1/session?a=b", content=b"who", headers=lie) == (201, "desk.test who")
    sent = edge.asked[0]
    assert (str(sent.url), sent.headers.get_list("x-turnout-client")) == (
        f"{DESK}/api/v1/session?a=b",
        ["198.51.100.7"],
    )
    assert sent.headers.get_list("x-turnout-key") == [KEY.hex()]
    assert sent.headers.get_list("x-turnout-scheme") == sent.headers.get_list("x-forwarded-proto") == ["http"]
    assert "x-forwarded-for" not in sent.headers
    assert (sent.headers["host"], edge.refreshed) == ("edge.test", 1)


async def test_a_session_that_the_desk_gives_one_asker_is_shown_for_nobody_else() -> None:
    cookies = {"desk.test": "turnout_session=of-ada; HttpOnly; Path=/", "worker.test": "turnout_session=of-ada; Path=/"}

    def gives(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"set-cookie": cookies[str(request.url.host)]}, content=_pieces(""))

    edge = Edge(gives)
    for method, path in (("POST", "/api/v1/session/demo"), ("GET", "/api/v1/premises")) * 2:
        edge.client.cookies.clear()
        assert (await edge.client.request(method, path)).headers["set-cookie"].startswith("turnout_session=of-ada")
    assert [one.headers.get_list("cookie") for one in edge.asked] == [[]] * 4
    await edge.client.get("/api/v1/me/sign-ins", headers={"cookie": "turnout_session=of-ben"})
    assert edge.asked[-1].headers.get_list("cookie") == ["turnout_session=of-ben"]


async def test_the_edge_says_which_certificate_its_asker_has_shown_and_no_asker_does() -> None:
    lie = {"x-turnout-certificate": "bGll", "client-cert": ":bGll:"}
    for shown, said in ((b"der", ["ZGVy"]), (b"", [])):
        edge = Edge(far_and_well, certificate=shown)
        for method, path in (
            ("GET", "/api/v1/devices"),
            ("POST", "/api/v1/devices/renew"),
            ("GET", "/api/v1/coverage"),
        ):
            await edge.client.request(method, path, headers=lie)
        assert [one.headers.get_list("x-turnout-certificate") for one in edge.asked] == [said] * 3
        assert not any("client-cert" in one.headers for one in edge.asked)
        assert [one.url.host for one in edge.asked] == ["desk.test", "desk.test", "worker.test"]
        assert edge.refreshed == 1, "what a terminal was given is known here before it is"


async def test_accounts_by_scim_and_the_way_back_from_a_provider_are_the_desks_and_looked_for_before_the_answer() -> (
    None
):
    for method, path, looks in (
        ("PATCH", "/scim/v2/Users/x", 1),
        ("DELETE", "/scim/v2/Groups/x", 1),
        ("GET", "/scim/v2", 0),
        ("GET", "/scim/v2/Users", 0),
        ("GET", "/api/v1/session/sso/city/back?code=x", 1),
        ("GET", "/api/v1/session/sso", 0),
    ):
        edge = Edge(far_and_well)
        assert await _said(edge, method, path) == (201, "desk.test "), path
        assert edge.refreshed == looks, path
    assert await _said(Edge(far_and_well), "GET", "/scim/v2x") == (200, "here")


@pytest.mark.parametrize(("standing", "looks"), [("open", 0), ("locked", 0), ("unknown", 1)])
async def test_a_session_that_is_not_known_here_is_looked_for_once_before_anything_is_answered(
    standing: Standing, looks: int
) -> None:
    edge = Edge(gone, standing)
    assert await _said(edge, "GET", "/api/v1/session") == (200, "here")
    assert edge.refreshed == looks


async def test_the_edge_says_of_a_session_whether_it_is_locked_and_no_asker_does() -> None:
    for standing, said in (("locked", ["yes"]), ("open", []), ("unknown", [])):
        edge = Edge(far_and_well, standing)  # type: ignore[arg-type]
        for lie in ("no", "yes"):
            await edge.client.get("/api/v1/incidents", headers={"x-turnout-locked": lie})
            await edge.client.post("/api/v1/accounts/ana/code", headers={"x-turnout-locked": lie})
        assert [one.headers.get_list("x-turnout-locked") for one in edge.asked] == [said] * 4


async def test_a_search_is_a_workers_and_is_answered_here_when_it_does_not() -> None:
    assert await _said(Edge(far_and_well), "GET", "/api/v1/incidents?unit=E07") == (201, "worker.test ")
    for trouble in (gone, lambda request: httpx.Response(503), lambda request: httpx.Response(403)):
        assert await _said(Edge(trouble), "GET", "/api/v1/incidents?unit=E07") == (200, "here")


async def test_a_console_that_is_still_locked_at_the_worker_is_answered_here_and_that_is_no_trouble(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    monkeypatch.setattr(passing_on.log, "warning", lambda text, *given: said.append(text))
    edge = Edge(lambda request: httpx.Response(423))
    assert await _said(edge, "GET", "/api/v1/incidents?unit=E07") == (200, "here")
    assert said == []


async def test_a_worker_that_does_not_answer_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    for level in ("warning", "info"):
        monkeypatch.setattr(passing_on.log, level, lambda text, *given: said.append(text))
    does = [False, False, True, True, False]
    edge = Edge(lambda request: far_and_well(request) if does.pop(0) else gone(request))
    for _ in range(5):
        await edge.client.get("/api/v1/incidents?unit=E07")
    assert ["does not answer" in one for one in said] == [True, False, True]


async def test_a_desk_that_does_not_answer_is_said_in_both_languages() -> None:
    for language, word in (("en", "Send it again"), ("zh-CN", "请重发")):
        edge = Edge(gone)
        answer = await edge.client.post("/api/v1/session", headers={"accept-language": language})
        assert (answer.status_code, answer.json()["code"]) == (503, "desk-unreachable")
        assert word in answer.json()["detail"]


async def test_everything_else_is_answered_here() -> None:
    edge = Edge(gone)
    for method, path in (("GET", "/api/v1/session"), ("POST", "/api/v1/commands"), ("POST", "/api/v1/paper")):
        assert await _said(edge, method, path) == (200, "here")
    assert edge.asked == []


LOCAL = {
    "/api/v1/commands/{tag}",
    "/api/v1/line",
    "/api/v1/positions",
    "/api/v1/details",
    "/api/v1/recommend",
    "/api/v1/paper",
    "/api/v1/transfers/taken",
}


@pytest.mark.parametrize("path", sorted(LOCAL))
def test_no_act_on_the_board_leaves_the_edge_whole(path: str) -> None:
    assert not is_of_the_desk({"path": path, "method": "POST"})
    assert OF_A_WORKER.fullmatch(path) is None


def test_every_route_of_accounts_sessions_and_files_is_the_desks() -> None:
    """A new one must be thought of: what it changes on an edge would be lost with the next copy."""
    app = litestar_app(lambda: None, "0")  # type: ignore[arg-type, return-value]
    words = ("session", "setup", "accounts", "tokens", "files", "ground")
    missed = [
        (route.path, method)
        for route in app.routes
        for method in getattr(route, "methods", ())
        if any(f"/{word}" in route.path for word in words) and route.path.startswith("/api/v1")
        if (route.path, method) not in ((SESSION, "GET"), (SESSION, "OPTIONS")) and method != "OPTIONS"
        if not is_of_the_desk({"path": route.path, "method": method})
    ]
    assert missed == []


SESSION = "/api/v1/session"


@pytest.mark.parametrize("path", ["/api/v1/sign-ins", "/api/v1/me/sign-ins"])
def test_who_came_in_is_asked_of_the_desk_where_people_come_in(path: str) -> None:
    assert is_of_the_desk({"path": path, "method": "GET"})
