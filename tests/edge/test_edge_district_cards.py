"""The list of districts: what is wrong with one, or with the process that reads, is not said of the others."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from tests.edge.test_edge_signals_room import FakeWorker, answer, late, lost
from tests.signals.districts.a_district import a_district
from turnout.edge.answers import Declined
from turnout.edge.signals_room.asking import Asking
from turnout.edge.signals_room.room import SignalsRoom
from turnout.signals.districts.work import Answer

NOBODY: Any = None


def yes() -> bool:
    return True


def a_room(
    city: Path, worker: FakeWorker, has_sumo: Callable[[], bool] = yes, has_library: Callable[[], bool] = yes
) -> SignalsRoom:
    asking = Asking(worker, 60.0)
    return SignalsRoom(
        NOBODY,
        NOBODY,
        city,
        NOBODY,
        asking,
        asking,
        NOBODY,
        has_sumo=has_sumo,
        has_library=has_library,
        has_room=lambda: True,
    )


async def a_card() -> Answer:
    return answer({"errors": 0})


async def cards_of(room: SignalsRoom) -> list[dict[str, Any]]:
    found = await room.districts()
    assert not isinstance(found, Declined)
    return cast(list[dict[str, Any]], msgspec.json.decode(found)["districts"])


async def test_a_stray_link_in_one_district_leaves_the_list_as_it_is(tmp_path: Path) -> None:
    (a_district(tmp_path) / "astray").symlink_to(tmp_path / "nowhere")
    a_district(tmp_path, "other")
    assert [card["errors"] for card in await cards_of(a_room(tmp_path, FakeWorker(a_card, a_card)))] == [0, 0]


async def test_a_folder_that_cannot_be_looked_at_is_said_in_its_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_district(tmp_path)
    a_district(tmp_path, "other")
    honest = Path.lstat

    def lstat(path: Path) -> Any:
        if path.parent.name == "grid":
            raise PermissionError(13, "Permission denied")
        return honest(path)

    monkeypatch.setattr(Path, "lstat", lstat)
    grid, other = await cards_of(a_room(tmp_path, FakeWorker(a_card)))
    assert (grid["id"], grid["errors"], grid["note"]["en"]) == ("grid", 1, "Permission denied")
    assert grid["note"]["zh"] == "无法读取：Permission denied"
    assert other["errors"] == 0


@pytest.mark.parametrize(("does", "code"), [(lost, "worker-lost"), (late, "work-cut-off")])
async def test_a_process_that_dies_is_no_error_of_a_district(tmp_path: Path, does: Any, code: str) -> None:
    folder = a_district(tmp_path)
    room = a_room(tmp_path, FakeWorker(does, a_card, does))
    never = await room.districts()
    assert isinstance(never, Declined)
    assert never.code == code
    assert (await cards_of(room))[0]["errors"] == 0
    (folder / "new.txt").write_text("other files", encoding="utf-8")
    assert (await cards_of(room))[0]["errors"] == 0, "as it was read last"


async def test_the_desks_loop_looks_at_no_file_for_sumo(tmp_path: Path) -> None:
    """A path of programs may lie on a disk that answers late."""
    looked: list[tuple[str, bool]] = []

    def looking(for_what: str, found: bool) -> bool:
        looked.append((for_what, threading.current_thread() is threading.main_thread()))
        return found

    async def kind() -> Answer:
        return answer("adapt")

    a_district(tmp_path)
    worker = FakeWorker(a_card, kind)
    room = a_room(tmp_path, worker, lambda: looking("sumo", True), lambda: looking("library", False))
    shown = await room.districts()
    assert isinstance(shown, bytes)
    assert msgspec.json.decode(shown)["can_adapt"] is False
    no = await room.put_job("grid", b"{}")
    assert isinstance(no, Declined)
    assert no.code == "no-libsumo"
    assert looked == [("sumo", False), ("library", False)] * 2
