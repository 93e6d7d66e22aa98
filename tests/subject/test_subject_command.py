"""`turnout subject`: somebody asks what is kept of them in one incident, and for it to be put right.

The command runs against a real server of this machine, with a token, as a clerk's does.
"""

import asyncio
import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.http.room import Room
from tests.adapters.running import API, Running, served
from turnout.core.timers.commands import RingTimer
from turnout.main import main
from turnout.words.moment import MINUTE_MS

ANN = {"name": "Ann Li", "callback": "555-0142", "address": "12 Elm <Street>"}
BO = {"name": "Bo Ferreira", "callback": "555-0199"}
CLERK = ("read", "records", "personal", "audit", "calls")


class Scene:
    def __init__(self, house: Running, she: Room, folder: Path) -> None:
        self.house, self.she, self.folder = house, she, folder
        self.incident, self.tag, self.ann, self.bo = "", "", "", ""

    async def begins(self) -> None:
        self.incident, self.tag = await self.she.opens("E 300 MISSION ST STRUCTURE FIRE; her cat is in the kitchen")
        self.ann, self.bo = await self.adds(ANN, "caller"), await self.adds(BO, "witness")

    async def adds(self, details: dict[str, str], role: str) -> str:
        given = {"incident_id": self.incident, "role": role, "details": details}
        card = (await self.she.browser.post(f"{API}/details", json=given)).json()["person"]
        assert (await self.she.gives(do="add-person", incident_id=self.incident, person=card)).is_success
        return str(card["id"])

    async def subject(self, what: str, *words: str, scopes: tuple[str, ...] = CLERK) -> int:
        token = self.folder / "token"
        token.write_text(self.house.token(*scopes, name=f"clerk-{len(scopes)}"))
        server = ("--server", f"http://{self.house.url}", "--token-file", str(token), "--purpose", "request 2026-17")
        return await asyncio.to_thread(main, ["subject", what, *server, *words])

    async def answers(self, *words: str, **more: Any) -> int:
        to = ("--to", str(self.folder / "out"), "--time-zone", "America/Los_Angeles")
        return await self.subject("answer", "--incident", self.tag, *to, *words, **more)

    def page(self, name: str) -> str:
        return (self.folder / "out" / name).read_text()

    @property
    def told(self) -> Any:
        return json.loads(self.page("answer.json"))

    @property
    def reveals(self) -> int:
        return self.house.edge.counter.board.reveals


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with served(tmp_path / "var") as house, house.client() as browser:
        await browser.post(f"{API}/session/demo", json={"role": "supervisor"})
        scene = Scene(house, Room(browser), tmp_path)
        await scene.begins()
        yield scene


async def test_an_answer_has_all_that_is_kept_of_one_person_and_nothing_sealed_of_another(scene: Scene) -> None:
    looked = await scene.she.browser.get(f"{API}/details/{scene.tag}/{scene.ann}", params={"purpose": "call back"})
    assert looked.is_success
    assert await scene.answers("--person", scene.ann) == 0
    told = scene.told
    assert [(one["details"], one["current"]) for one in told["kept"]] == [(ANN, True)]
    assert [(one["n"], one["purpose"], one["ground"]) for one in reversed(told["looked"])] == [
        (1, "call back", "call-taker"),
        (2, "request 2026-17", "agency-record"),
    ]
    for language, word in (("en", "What is kept of you"), ("zh-CN", "关于您的记录")):
        page = scene.page(f"answer.{language}.html")
        for text in (word, "Ann Li", "12 Elm &lt;Street&gt;", "call back", "America/Los_Angeles"):
            assert text in page, (language, text)
        for other in ("Bo Ferreira", "555-0199", "her cat", looked.request.url.path, "user-"):
            assert other not in page, (language, other)
        assert "her cat" in scene.page(f"worksheet.{language}.html")
    assert "Bo Ferreira" not in json.dumps(told)


async def test_the_files_are_for_the_clerk_alone(scene: Scene) -> None:
    assert await scene.answers("--person", scene.ann) == 0
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (scene.folder / "out").iterdir()}
    assert modes == {0o600}


@pytest.mark.parametrize("more", [(), ("admin",)])
async def test_who_may_not_see_all_that_belongs_to_an_answer_opens_nothing(
    more: tuple[str, ...], scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await scene.answers("--person", scene.ann, scopes=("read", "records", "personal", *more)) != 0
    assert "403" in capsys.readouterr().err
    assert scene.reveals == 0


async def test_of_several_persons_one_is_named_and_nobody_is_guessed(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await scene.answers() != 0
    said = capsys.readouterr().err
    assert scene.ann in said
    assert scene.bo in said
    assert "Ann Li" not in said
    assert scene.reveals == 0


async def test_what_is_put_right_is_told_with_what_stood_there_before(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    wish = scene.folder / "wish.json"
    wish.write_text('{"callback": "555-0143", "address": ""}')
    words = ("--incident", scene.tag, "--person", scene.ann, "--details", str(wish))
    assert await scene.subject("correct", *words) == 0
    said = capsys.readouterr().out
    assert "callback, address" in said
    assert "555" not in said
    assert await scene.answers("--person", scene.ann) == 0
    now, before = scene.told["kept"]
    assert (now["details"], before["details"]) == ({"name": "Ann Li", "callback": "555-0143"}, ANN)
    assert "Before it was put right" in scene.page("answer.en.html")
    assert await scene.subject("correct", *words) == 0
    assert "Nothing to put right" in capsys.readouterr().out
    assert await scene.answers("--person", scene.ann) == 0
    assert len(scene.told["kept"]) == 2


async def test_both_go_on_once_the_incident_has_left_the_board(scene: Scene) -> None:
    await scene.she.does(f"K {scene.tag} false-call")
    scene.house.clock.ahead_ms += 16 * MINUTE_MS
    await scene.house.do(RingTimer(timer=f"archive/{scene.incident}"))
    assert scene.incident not in scene.house.edge.counter.board.incidents
    wish = scene.folder / "wish.json"
    wish.write_text('{"callback": "555-0143"}')
    named = ("--incident", scene.incident, "--person", scene.ann)
    await scene.she.is_recorded(f"incidents/{scene.incident}", lambda row: row["status"] == "closed")
    assert await scene.subject("correct", *named, "--details", str(wish)) == 0
    await scene.she.is_recorded(f"incidents/{scene.incident}", lambda row: row["earlier_persons"])
    scene.tag = scene.incident
    assert await scene.answers("--person", scene.ann) == 0
    assert [one["details"]["callback"] for one in scene.told["kept"]] == ["555-0143", "555-0142"]


async def test_what_was_erased_is_said_to_be_erased(scene: Scene) -> None:
    await scene.house.edge.details._vault.destroy(scene.incident)  # type: ignore[arg-type]
    assert await scene.answers("--person", scene.ann) == 0
    assert [(one["trouble"], one["details"]) for one in scene.told["kept"]] == [("details-destroyed", None)]
    assert "Erased" in scene.page("answer.en.html")


async def test_a_caller_of_one_call_is_told_who_looked_at_it(scene: Scene) -> None:
    given = {"call_id": "K7", "role": "caller", "details": BO}
    card = (await scene.she.browser.post(f"{API}/details", json=given)).json()["person"]
    await scene.she.gives(do="take-call", call_id="K7", channel="phone", caller=card)
    to = ("--to", str(scene.folder / "out"))
    refused = await scene.subject("answer", "--call", "K7", *to)
    assert refused != 0, "a program has no ground at a call that concerns no incident"
    await scene.she.gives(do="attach-call", call_id="K7", incident_id=scene.incident)
    assert await scene.subject("answer", "--call", "K7", *to) == 0
    assert [one["details"] for one in scene.told["kept"]] == [BO]
    assert [one["purpose"] for one in scene.told["looked"]] == ["request 2026-17"]


@pytest.mark.parametrize("words", [("--incident", "A", "--call", "B"), ()])
def test_an_incident_or_a_call_is_named_and_not_both(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = tmp_path / "token"
    token.write_text("x")
    asked = ["--server", "http://127.0.0.1:1", "--token-file", str(token), "--purpose", "p", "--to", str(tmp_path)]
    assert main(["subject", "answer", *asked, *words]) != 0
    assert "one of the two" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "why"), [("[1]", "Expected"), ('{"name": 7}', "Expected"), ("", "truncated")])
def test_a_wish_that_cannot_be_read_is_refused(
    text: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wish, token = tmp_path / "wish.json", tmp_path / "token"
    wish.write_text(text)
    token.write_text("x")
    asked = ["--server", "http://127.0.0.1:1", "--token-file", str(token), "--purpose", "p", "--incident", "A"]
    assert main(["subject", "correct", *asked, "--details", str(wish)]) != 0
    assert why in capsys.readouterr().err
