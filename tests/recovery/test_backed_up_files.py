"""Files and versions of the map data come through backup and restore: opened, read, in force."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.adapters.running import running
from turnout.adapters.clock import SystemClock
from turnout.city.folder import shipped_city
from turnout.city.ground import import_ground
from turnout.core.incidents.commands import OpenIncident
from turnout.core.location import Location
from turnout.desk.access import part
from turnout.desk.faults import StorageDamaged
from turnout.edge.file_desk import FileGiven, FileKept, FileTicket
from turnout.edge.ground_desk import GROUNDS, GroundState
from turnout.recovery.backup import back_up
from turnout.recovery.drill import drill_backup
from turnout.recovery.restoring import restore_backup
from turnout.words.place import Place

CITY = "san-francisco"
HERE = Location(text="City Hall", place=Place(37.7793, -122.4193), kind="coordinate")
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 300


async def in_pieces() -> AsyncIterator[bytes]:
    for at in range(0, len(PICTURE), 10_000):
        yield PICTURE[at : at + 10_000]


async def test_files_and_map_data_are_there_after_a_restore(tmp_path: Path) -> None:
    async with running(tmp_path / "var") as house:
        await house.do(OpenIncident(incident_id="I1", type="MED", location=HERE))
        given = FileGiven(kind="photo", content_type="image/png", media_id="m1")
        kept = await house.edge.files.keep(house.dispatcher(), "I1", given, in_pieces())
        assert isinstance(kept, FileKept), kept
        store = tmp_path / "var" / CITY / GROUNDS
        store.mkdir(exist_ok=True)
        version = import_ground(shipped_city(CITY), store, house.edge.now()).version
        switched = await house.edge.grounds.switch(house.dispatcher("supervisor"), version, "for the backup")
        assert isinstance(switched, GroundState), switched
        back_up(tmp_path / "var" / CITY, CITY, tmp_path / "backup", tmp_path / "keys", SystemClock().now())
    assert (await drill_backup(tmp_path / "backup", tmp_path / "keys")).is_passed
    await restore_backup(tmp_path / "backup", tmp_path / "again", keys=tmp_path / "keys")
    async with running(tmp_path / "again") as again:
        who = part("tester")
        ticket = await again.edge.files.open(who, "I1", "m1", "drill")
        assert isinstance(ticket, FileTicket), ticket
        content = await again.edge.files.read(again.edge.files.find(who, ticket.ticket), 0, len(PICTURE))  # type: ignore[arg-type]
        assert b"".join([piece async for piece in content]) == PICTURE  # type: ignore[union-attr]
        assert (again.edge.grounds.version, again.edge.grounds.missing) == (version, "")
    (sealed,) = [path for path in (tmp_path / "backup" / "files").rglob("*") if path.is_file()]
    sealed.write_bytes(sealed.read_bytes()[:-1])
    with pytest.raises(StorageDamaged, match="files/"):
        await restore_backup(tmp_path / "backup", tmp_path / "never", keys=tmp_path / "keys")
