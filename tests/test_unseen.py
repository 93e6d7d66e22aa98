"""No secret is among a process's words or in its environment; a bug does not say what its text carries; no core."""

import logging
import resource
import sys
import threading
from pathlib import Path

import pytest

from turnout import operating, terminal
from turnout.adapters.clock import SystemClock
from turnout.adapters.http.assets import Assets
from turnout.adapters.identity.accounts import Accounts
from turnout.adapters.identity.store import IdentityStore
from turnout.city.folder import load_city, shipped_city
from turnout.config import SHIPPED, Settings
from turnout.logs import logged
from turnout.main import main
from turnout.unseen import leave_no_core, refuse_secrets
from turnout.words.trouble import Unsupported

SECRET = "planted-9041"

OPEN = [
    f"postgresql://turnout:{SECRET}@db1,db2:5433/turnout",
    f"--database=postgresql://turnout:{SECRET}@/turnout?host=here",
    f"postgresql://turnout@db1/turnout?password={SECRET}",
    f"postgresql://turnout@db1/turnout?sslpassword={SECRET}",
    f"host=db1 user=turnout password={SECRET}",
    f"nats://turnout:{SECRET}@nats1",
    f"http://:{SECRET}@collector:4318",
]

CLEAN = [
    "postgresql://turnout@db1,db2:5433/turnout",
    "postgresql://turnout@/turnout?host=here&port=5432",
    "http://collector:4318",
    "https://[::1]:8080",
    "nats://nats1:4222,nats2:4222",
    "--reason=a forgotten password",
    "C:\\city",
]


@pytest.mark.parametrize("word", OPEN)
def test_a_password_in_an_address_is_refused_and_not_repeated(word: str) -> None:
    for words, environment in (([word], {}), ([], {"TURNOUT_DATABASE": word})):
        with pytest.raises(Unsupported) as told:
            refuse_secrets(words, environment)
        assert SECRET not in str(told.value)
        assert ("the command line" if words else "TURNOUT_DATABASE") in str(told.value)


@pytest.mark.parametrize(
    "name", ["PGPASSWORD", "PGSSLPASSWORD", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_LOGS_HEADERS"]
)
def test_what_libraries_would_take_a_secret_from_is_refused(name: str) -> None:
    with pytest.raises(Unsupported, match=name):
        refuse_secrets([], {name: SECRET})


@pytest.mark.parametrize("word", CLEAN)
def test_an_address_without_a_password_is_taken(word: str) -> None:
    refuse_secrets([word], {"TURNOUT_DATABASE": word, "PGPASSFILE": "pgpass", "PGPASSWORD": ""})


def test_the_program_refuses_before_it_understands_the_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--databse", OPEN[0]]) == 1
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err
    assert "PGPASSFILE" in said.err


def test_a_bug_that_ends_a_command_is_said_without_its_text(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> int:
        raise KeyError(SECRET)

    monkeypatch.setattr(operating, "print_functions", breaks)
    assert main(["functions"]) == 1
    said = capsys.readouterr()
    assert "KeyError" in said.err
    assert SECRET not in said.out + said.err


def test_a_bug_in_a_thread_or_where_nobody_could_be_told_is_said_without_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)

    class Held:
        def __del__(self) -> None:
            raise KeyError(SECRET)

    def breaks() -> None:
        raise ValueError(SECRET)

    with (tmp_path / "log").open("w+") as log, logged(to=log):
        thread = threading.Thread(target=breaks)
        thread.start()
        thread.join()
        Held()
    said = (tmp_path / "log").read_text()
    assert "ValueError" in said
    assert "KeyError" in said
    assert SECRET not in said
    assert threading.excepthook is threading.__excepthook__


def no_log_repeats_what_a_bug_carries(folder: Path) -> None:
    with (folder / "log").open("w+") as written, logged(to=written):
        for bug in (KeyError(SECRET), ValueError(SECRET), UnicodeEncodeError("ascii", SECRET, 0, 1, SECRET)):
            logging.getLogger("turnout.somewhere").error("a bug: %s", bug, exc_info=bug)
            logging.getLogger("library").error(f"a bug with {SECRET}", exc_info=bug)
            logging.getLogger("library").error("a bug with %s", SECRET, exc_info=bug)
    said = (folder / "log").read_text()
    assert said.count("KeyError") >= 3
    assert SECRET not in said


def test_no_log_repeats_what_a_bug_carries(tmp_path: Path) -> None:
    no_log_repeats_what_a_bug_carries(tmp_path)


def test_a_process_leaves_no_image_of_its_memory() -> None:
    before = resource.getrlimit(resource.RLIMIT_CORE)
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
        leave_no_core()
        assert resource.getrlimit(resource.RLIMIT_CORE) == (0, before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)


@pytest.mark.parametrize("before_a_person", [True, False])
def test_the_set_up_code_is_shown_to_a_person_and_never_to_a_file(
    before_a_person: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = list[str]()
    store = IdentityStore(tmp_path / "accounts.sqlite")
    accounts = Accounts(store, SystemClock().now, lambda: None, demo=False, origin="http://localhost:8080")
    honest = accounts.make_setup_code
    monkeypatch.setattr(accounts, "make_setup_code", lambda: made.append(honest() or "") or made[-1])
    monkeypatch.setattr(sys.stdout, "isatty", lambda: before_a_person)
    terminal.greet(Settings(), load_city(shipped_city(SHIPPED)), accounts, Assets(tmp_path, None))
    store.close()
    said = capsys.readouterr().out
    assert ("turnout setup" in said) is not before_a_person
    assert [code in said for code in made] == [True] * before_a_person
