"""`turnout keys` as an operator gives it: what is refused is named, and the same key is changed on two servers."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.storage.test_site_key_change import KeyServer
from tests.postgres_pair import for_servers, until
from turnout.adapters.storage.postgres.database import Database
from turnout.main import main
from turnout.site_keys import standing
from turnout.words.identity import IncidentId

CITY = "san-francisco"


@pytest.fixture
def database() -> Iterator[Database]:
    with for_servers() as database:
        yield database


async def served(database: Database, folder: Path) -> None:
    """A server that started once, and has ended: the database has seen its session end, which takes it a moment."""
    server = await KeyServer(database, folder).start()
    await server.vault.put(IncidentId("I1"), "caller", b"555-0142")
    await server.stop()
    await until(lambda: ended(database, folder.name))


async def ended(database: Database, server: str) -> bool:
    return not any(one.runs for one in (await standing(database.url)).holders if one.server == server)


def test_the_site_key_is_changed_from_the_command_line(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = tmp_path / "one" / CITY, tmp_path / "two"
    one.mkdir(parents=True)
    two.mkdir()
    asyncio.run(served(database, one))
    shutil.copy(one / "vault.site-key", two)
    asyncio.run(served(database, two))
    here, there = ["--data", str(tmp_path / "one")], ["--database", database.url]
    assert main(["keys", "change", *here, *there]) == 1
    assert "keys new" in capsys.readouterr().err
    old = (one / "vault.site-key").read_bytes()
    assert main(["keys", "new", *here]) == 0
    assert main(["keys", "new", *here]) == 1
    assert "already" in capsys.readouterr().err
    assert main(["keys", "change", *here, *there]) == 1
    said = capsys.readouterr().out
    assert "two has not said" in said
    assert "尚未确认" in said
    assert old not in {path.read_bytes() for path in one.iterdir()}
    assert main(["keys", "forget", "nobody", *there]) == 1
    assert main(["keys", "forget", "two", *there]) == 0
    assert main(["keys", "show", *there]) == 0
    shown = capsys.readouterr().out
    assert "does not run" in shown
    assert "two" not in shown
