"""A witness as another organisation runs it, a process of its own; and any witness under any requests."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.running import free_port
from tests.auditing.notarised import ORIGIN, Notarised
from tests.auditing.test_witness import LOG, ALog
from turnout.adapters.proof.witness_line import WitnessLine
from turnout.audit.checkpoints import cosigned_by, opened
from turnout.audit.notes import NOTE, SigningKey, read_verifier_key
from turnout.audit.tree import root_of
from turnout.audit.witnessing import Seen, judge, read_asked
from turnout.auditing.witness import read_logs
from turnout.words.trouble import Malformed


class AProcess:
    """`turnout witness`."""

    def __init__(self, folder: Path, logs: Path) -> None:
        self.port = free_port()
        words = ["witness", "--name", "witness.example", "--logs", str(logs), "--data", str(folder)]
        command = [sys.executable, "-m", "turnout.main", *words, "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ})
        self.url = f"http://127.0.0.1:{self.port}"

    def first_line(self) -> str:
        """Its page's: the public key."""
        for _ in range(600):
            try:
                return httpx.get(self.url).text.splitlines()[0]
            except httpx.HTTPError:
                assert self.process.poll() is None, self.process.stdout.read()
                time.sleep(0.05)
        raise AssertionError("it never answered")

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(timeout=20)


async def test_a_witness_in_a_process_of_its_own_cosigns_and_remembers_over_a_kill(tmp_path: Path):
    city = Notarised(tmp_path)
    key = city.keys.list()[0]
    logs = tmp_path / "logs.toml"
    rows = [
        f'[[log]]\nkey = "{SigningKey(f"{ORIGIN}/{log}", NOTE, key.seed).verifier}"\n' for log in ("journal", "reveals")
    ]
    logs.write_text("".join(rows))
    process = AProcess(tmp_path / "witness", logs)
    try:
        public = read_verifier_key(process.first_line())
        async with httpx.AsyncClient() as client:
            city.notary._witnesses = [WitnessLine(public, process.url, client)]
            await city.goes_on(30)
            assert cosigned_by(opened((await city.store.newest()).journal)[0], [public])
            process.end(signal.SIGKILL)
            process = AProcess(tmp_path / "witness", logs)
            assert read_verifier_key(process.first_line()) == public
            assert f"{ORIGIN}/journal 30 " in httpx.get(process.url).text
            city.notary._witnesses = [WitnessLine(public, process.url, client)]
            await city.goes_on(30)
            assert cosigned_by(opened((await city.store.newest()).journal)[0], [public])
    finally:
        process.end()
        await city.close()
    assert (tmp_path / "witness" / "witness.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "[[log]]\n", '[[log]]\nkey = "x"\n', "[[log]]\nkey = 1\n", "[[lg]]\n", "[["])
def test_a_list_of_logs_that_is_none_is_refused_by_name(tmp_path: Path, text: str):
    (tmp_path / "logs.toml").write_text(text)
    with pytest.raises(Malformed):
        read_logs(tmp_path / "logs.toml")


TRUE, FORKED = ALog(24), ALog(24, b" forked")


@settings(max_examples=300)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 24), st.integers(0, 24)), max_size=30))
def test_whatever_is_asked_a_witness_has_seen_one_log_only(asked: list[tuple[bool, int, int]]):
    """All that it ever cosigned are beginnings of one another."""
    seen, cosigned = Seen(), list[tuple[int, bytes]]()
    for is_true, old, size in asked:
        log = TRUE if is_true else FORKED
        one = read_asked(log.asks(old, size).encode())
        if judge(one, {LOG.name: [LOG.verifier]}, seen) is None:
            seen = Seen(size, one.checkpoint.root)
            cosigned.append((size, seen.root))
    assert [size for size, _ in cosigned] == sorted(size for size, _ in cosigned)
    logs = [{root_of(size, log.tiles.hash_at) for size in range(25)} for log in (TRUE, FORKED)]
    assert any(all(root in roots for _, root in cosigned) for roots in logs)
