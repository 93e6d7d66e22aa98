"""Sessions, tokens and the set-up over HTTP."""

import httpx

from tests.adapters.running import API, Running

SECRET = "correct horse battery"


async def test_a_session_has_a_cookie_that_scripts_and_other_sites_cannot_use(house: Running) -> None:
    async with house.client() as client:
        answer = await client.post(f"{API}/session/demo", json={"language": "zh-CN"})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert (answer.json()["language"], answer.json()["roles"]) == ("zh-CN", ["dispatcher"])


async def test_signing_in_takes_the_position_on_the_board_and_signing_off_frees_it(
    house: Running, browser: httpx.AsyncClient
) -> None:
    me = (await browser.get(f"{API}/session")).json()
    assert house.edge.counter.board.positions[me["position"]].actor == me["actor"]
    assert (await browser.delete(f"{API}/session")).status_code == 204
    assert me["position"] not in house.edge.counter.board.positions
    assert (await browser.get(f"{API}/session")).status_code == 401


async def test_who_comes_back_to_a_position_or_changes_its_groups_has_it_again(
    house: Running, browser: httpx.AsyncClient
) -> None:
    for position, groups in (("D11", ["fire"]), ("D12", []), ("D11", ["fire"]), ("D11", [])):
        await browser.post(f"{API}/session/position", json={"position": position, "groups": groups})
        held = house.edge.counter.board.positions
        assert {name: list(row.groups) for name, row in held.items()} == {position: groups}


async def test_a_position_may_be_changed_with_its_groups_and_language(
    house: Running, browser: httpx.AsyncClient
) -> None:
    body = {"position": "Supervisor", "groups": ["fire"], "language": "zh-CN"}
    changed = (await browser.post(f"{API}/session/position", json=body)).json()
    assert (changed["position"], changed["groups"]) == ("Supervisor", ["fire"])
    assert house.edge.counter.board.positions["Supervisor"].groups == ("fire",)
    assert (await browser.get(f"{API}/session")).json()["position"] == "Supervisor"


async def test_the_setup_makes_an_administrator_who_makes_accounts_and_tokens(house: Running) -> None:
    code = house.accounts.make_setup_code()
    async with house.client() as admin, house.client() as ana:
        made = await admin.post(f"{API}/setup", json={"code": code, "account": "root", "secret": SECRET})
        assert made.status_code == 200, made.text
        new = {"account": "ana", "secret": SECRET, "roles": ["dispatcher"], "positions": ["D1"]}
        assert (await admin.post(f"{API}/accounts", json=new)).status_code == 201
        taken = await admin.post(f"{API}/accounts", json=new)
        assert (taken.status_code, taken.json()["code"]) == (409, "account-taken")
        signed_in = await ana.post(f"{API}/session", json={"account": "ana", "secret": SECRET})
        assert (signed_in.status_code, signed_in.json()["position"]) == (200, "D1")
        token = (await admin.post(f"{API}/tokens", json={"name": "avl", "scopes": ["avl"]})).json()
        assert token["token"].startswith("turnout_")
        assert "secret" not in (await admin.get(f"{API}/accounts")).text
        assert (await admin.delete(f"{API}/tokens/{token['card']['id']}")).status_code == 204
        refused = await ana.get(f"{API}/accounts")
        assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")


async def test_a_wrong_secret_is_refused_and_guessing_is_held_back_with_the_time_to_wait(house: Running) -> None:
    async with house.client() as client:
        answers = [
            await client.post(f"{API}/session", json={"account": "ana", "secret": "wrong wrong"}) for _ in range(9)
        ]
    assert answers[0].json()["code"] == "wrong-secret"
    assert (answers[-1].status_code, answers[-1].json()["code"]) == (429, "too-many-attempts")
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_a_token_does_what_its_scopes_say_and_nothing_else(house: Running) -> None:
    async with house.program("avl") as avl, house.program("read") as reader:
        refused = await avl.get(f"{API}/board")
        assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
        assert (await reader.get(f"{API}/board")).status_code == 200
        command = {"id": "x", "command": {"do": "hold-incident", "incident_id": "I", "reason": "r"}}
        refused = await reader.post(f"{API}/commands", json=command)
        assert (refused.status_code, refused.json()["code"]) == (403, "not-permitted")


async def test_a_crews_token_speaks_for_its_own_unit_only(house: Running) -> None:
    own, other = list(house.edge.counter.board.units)[:2]
    async with house.program(f"field:{own}") as crew:
        mine = await crew.post(f"{API}/commands", json={"id": "a", "command": {"do": "log-on", "unit": own}})
        theirs = await crew.post(f"{API}/commands", json={"id": "b", "command": {"do": "log-on", "unit": other}})
        place = {"unit": other, "lat": 37.77, "lon": -122.42, "at": house.edge.now()}
        foreign = await crew.post(f"{API}/positions", json=[place])
    assert mine.status_code == 200, mine.text
    assert (theirs.status_code, theirs.json()["code"]) == (403, "not-permitted")
    assert foreign.status_code == 403


async def test_an_emergency_button_is_taken_from_a_crew_whatever_else_it_may_do(house: Running) -> None:
    own = next(iter(house.edge.counter.board.units))
    async with house.program(f"field:{own}") as crew:
        answer = await crew.post(f"{API}/commands/raise-duress", json={"unit": own})
    assert answer.status_code == 200, answer.text
    assert house.edge.counter.board.units[own].duress is not None


async def test_one_changes_ones_own_password_with_the_old_one_only(house: Running) -> None:
    new = "another horse battery"
    async with house.client() as ana:
        code = house.accounts.make_setup_code()
        assert (await ana.post(f"{API}/setup", json={"code": code, "account": "ana", "secret": SECRET})).is_success
        refused = await ana.post(f"{API}/accounts/secret", json={"old": "wrong wrong wrong", "new": new})
        assert refused.json()["code"] == "wrong-secret"
        short = await ana.post(f"{API}/accounts/secret", json={"old": SECRET, "new": "short"})
        assert short.json()["code"] == "weak-secret"
        assert (await ana.post(f"{API}/accounts/secret", json={"old": SECRET, "new": new})).status_code == 204
        before = await ana.post(f"{API}/session", json={"account": "ana", "secret": SECRET})
        assert before.json()["code"] == "wrong-secret"
        assert (await ana.post(f"{API}/session", json={"account": "ana", "secret": new})).status_code == 200


async def test_a_new_password_ends_every_other_session_and_not_this_one(house: Running) -> None:
    async with house.client() as ana, house.client() as elsewhere:
        code = house.accounts.make_setup_code()
        assert (await ana.post(f"{API}/setup", json={"code": code, "account": "ana", "secret": SECRET})).is_success
        assert (await elsewhere.post(f"{API}/session", json={"account": "ana", "secret": SECRET})).is_success
        change = {"old": SECRET, "new": "another horse battery"}
        assert (await ana.post(f"{API}/accounts/secret", json=change)).status_code == 204
        assert (await elsewhere.get(f"{API}/session")).status_code == 401
        assert (await ana.get(f"{API}/session")).is_success


async def test_who_signs_in_where_one_is_signed_in_ends_that_session_and_takes_its_place(house: Running) -> None:
    async with house.client() as browser, house.client() as copied:
        await browser.post(f"{API}/session/demo", json={"role": "dispatcher", "position": "D07"})
        copied.cookies = httpx.Cookies(browser.cookies)
        assert (await copied.get(f"{API}/session")).is_success
        me = (await browser.post(f"{API}/session/demo", json={"role": "supervisor", "position": "D07"})).json()
        assert (await copied.get(f"{API}/session")).status_code == 401, "the token of before opens nothing"
        assert (await browser.get(f"{API}/session")).json()["roles"] == ["supervisor"]
        assert house.edge.counter.board.positions["D07"].actor == me["actor"]
