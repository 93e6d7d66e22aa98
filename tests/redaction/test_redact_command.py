"""`turnout redact` against a real server of this machine: what one layer does not keep is in no byte of its files."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.http.room import Room
from tests.adapters.running import API, Running, served
from turnout.main import main

ANN = {"name": "Ann Li", "callback": "555-0142"}
NARRATIVE = "her son Tom opened the door"
PLACE = "300 MISSION"
REMARK = "the neighbour complains"


class Scene:
    def __init__(self, house: Running, she: Room, folder: Path) -> None:
        self.house, self.she, self.folder, self.tag = house, she, folder, ""

    async def begins(self) -> None:
        crew = [{"staff": f"E07-{number}", "name": "", "skills": []} for number in range(5)]
        assert (await self.she.gives(do="log-on", unit="E07", crew=crew)).is_success
        incident, self.tag = await self.she.opens(f"E {PLACE} ST STRUCTURE FIRE; {NARRATIVE}")
        await self.she.does(f"D E07 {self.tag}")
        given = {"incident_id": incident, "role": "caller", "details": ANN}
        card = (await self.she.browser.post(f"{API}/details", json=given)).json()["person"]
        await self.she.gives(do="add-person", incident_id=incident, person=card)
        await self.she.gives(do="remove-person", incident_id=incident, person_id=card["id"], reason=REMARK)
        await self.she.is_recorded(f"incidents/{incident}/chronology", lambda lines: len(lines) > 4)

    async def redacts(self, layer: str, *more: str) -> int:
        token = self.folder / "token"
        token.write_text(self.house.token("read", name=f"press-{layer}"))
        words = ("--server", f"http://{self.house.url}", "--token-file", str(token), "--incident", self.tag)
        return await asyncio.to_thread(
            main, ["redact", *words, "--layer", layer, "--to", str(self.folder / "out"), *more]
        )

    def bodies(self, layer: str) -> dict[str, str]:
        return {path.name: path.read_text() for path in (self.folder / "out").glob(f"*.{layer}.*")}

    def told(self, layer: str) -> Any:
        return json.loads((self.folder / "out" / f"incident.{layer}.json").read_text())


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with served(tmp_path / "var") as house, house.client() as browser:
        await browser.post(f"{API}/session/demo", json={"role": "supervisor"})
        scene = Scene(house, Room(browser), tmp_path)
        await scene.begins()
        yield scene


async def test_the_public_learns_what_was_done_and_nothing_of_anybody(scene: Scene) -> None:
    assert await scene.redacts("public") == 0
    bodies = scene.bodies("public")
    assert sorted(bodies) == ["incident.public.en.html", "incident.public.json", "incident.public.zh-CN.html"]
    for name, body in bodies.items():
        for taken in (*ANN.values(), NARRATIVE, "Tom", PLACE, "Mission", REMARK, "demo-", "37.79"):
            assert taken not in body, (name, taken)
        for kept in ("E07", "units-assigned"):
            assert kept in body, (name, kept)
    assert scene.told("public")["removed"]["narrative"] == 1
    assert "What was taken out" in bodies["incident.public.en.html"]
    assert "删除的内容" in bodies["incident.public.zh-CN.html"]


async def test_each_further_layer_has_more_and_none_has_what_is_sealed(scene: Scene) -> None:
    for layer in ("public", "agency", "court"):
        assert await scene.redacts(layer) == 0
        for name, body in scene.bodies(layer).items():
            assert "Ann Li" not in body, name
            assert "555-0142" not in body, name
    agency, court = json.dumps(scene.told("agency")), json.dumps(scene.told("court"))
    assert NARRATIVE in agency
    assert REMARK not in agency
    assert "demo-" not in agency
    assert REMARK in court
    assert "demo-" in court
    assert all("text" in line for line in scene.told("court")["course"])


async def test_a_city_has_layers_of_its_own(scene: Scene) -> None:
    own = scene.folder / "layers.toml"
    own.write_text('[[layer]]\nid = "insurer"\nname = {en = "An insurer", zh = "保险公司"}\nkeeps = ["place"]\n')
    assert await scene.redacts("insurer", "--layers", str(own)) == 0
    assert "300 Mission" in json.dumps(scene.told("insurer"))
    assert NARRATIVE not in json.dumps(scene.told("insurer"))
    assert "保险公司" in scene.bodies("insurer")["incident.insurer.zh-CN.html"]


async def test_a_layer_that_there_is_not_is_refused(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    assert await scene.redacts("everybody") != 0
    assert "public, agency, court" in capsys.readouterr().err
