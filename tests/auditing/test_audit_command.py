"""`turnout audit`: what an operator and an auditor type, and what they read."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.auditing.notarised import notarised
from turnout.audit.notes import COSIGNATURE, NOTE, make_key
from turnout.main import main

CITY = "san-francisco"


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    """A data folder with 600 rows of which 590 are signed; the public keys and a kept checkpoint lie beside."""
    folder = tmp_path / CITY
    folder.mkdir()
    async with notarised(folder) as city:
        await city.goes_on(300)
        (tmp_path / "kept.txt").write_text((await city.store.newest()).journal)
        await city.goes_on(290)
        (tmp_path / "key.txt").write_text(str(city.verifier()))
    return tmp_path


def the_key(data: Path) -> str:
    return (data / "key.txt").read_text()


def exported(data: Path, *more: str) -> Path:
    path = data / "export.zip"
    assert main(["audit", "export", "--data", str(data), "--to", str(path), *more]) == 0
    return path


def test_an_export_verifies_and_says_so_in_both_languages(data: Path, capsys: pytest.CaptureFixture[str]):
    path = exported(data, "--bodies")
    kept = str(data / "kept.txt")
    assert main(["audit", "verify", str(path), "--key", the_key(data), "--held", kept, "--processes", "1"]) == 0
    said = capsys.readouterr().out
    assert "Every row is as it was signed" in said
    assert "每一行都与签署时一致" in said
    assert "NO WITNESS ASKED FOR" in said


def test_a_journal_altered_before_the_export_is_found(data: Path, capsys: pytest.CaptureFixture[str]):
    with closing(sqlite3.connect(data / CITY / "journal.sqlite")) as base, base:
        base.execute("DROP TRIGGER journal_is_never_updated")
        base.execute("UPDATE journal SET actor = 'somebody else' WHERE seq = 77")
    path = exported(data)
    assert main(["audit", "verify", str(path), "--key", the_key(data)]) == 1
    said = capsys.readouterr().out
    assert "do not make the root that was signed" in said
    assert "与签署的不符" in said
    assert main(["audit", "check", "--data", str(data)]) == 1
    assert "the first has 300 rows" in capsys.readouterr().out


def test_a_range_says_that_it_is_one(data: Path, capsys: pytest.CaptureFixture[str]):
    path = exported(data, "--from-row", "300", "--to-row", "301")
    assert main(["audit", "verify", str(path), "--key", the_key(data)]) == 0
    said = capsys.readouterr().out
    assert "rows 257 to 512 of 590" in said
    assert "These rows are as they were signed" in said


def test_a_row_is_proved_by_a_file_that_stands_by_itself(data: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["audit", "prove", "--data", str(data), "--row", "300"]) == 0
    proof = data / "row.tlog-proof"
    proof.write_text(capsys.readouterr().out)
    assert proof.read_text().startswith("c2sp.org/tlog-proof@v1\n")
    assert main(["audit", "verify", str(proof), "--key", the_key(data)]) == 0
    assert "Record 300 of turnout.example/city/journal, row 300" in capsys.readouterr().out
    text = proof.read_text()
    proof.write_text(text.replace("index 299", "index 298"))
    assert main(["audit", "verify", str(proof), "--key", the_key(data)]) == 1
    assert "未得证明" in capsys.readouterr().out


def test_what_is_not_signed_cannot_be_proved(data: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["audit", "prove", "--data", str(data), "--row", "591"]) == 1
    assert "not signed" in capsys.readouterr().err
    assert main(["audit", "prove", "--data", str(data)]) == 1


def test_that_the_log_only_grew_is_proved_to_who_kept_a_checkpoint(data: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["audit", "prove", "--data", str(data), "--since", "300"]) == 0
    grown = data / "grown.json"
    grown.write_text(capsys.readouterr().out)
    asked = ["audit", "verify", str(grown), "--key", the_key(data), "--held", str(data / "kept.txt")]
    assert main(asked) == 0
    assert "only grew, from 300 records to 590" in capsys.readouterr().out
    assert main(asked[:-2]) == 1
    assert "the checkpoint of before is needed" in capsys.readouterr().err
    for altered in (('"old":300', '"old":301'), ('"path":["', '"path":["AAAA')):
        (data / "altered.json").write_text(grown.read_text().replace(*altered))
        assert main(["audit", "verify", str(data / "altered.json"), *asked[3:]]) == 1
    strange = data / "strange.txt"
    strange.write_text((data / "kept.txt").read_text().replace("turnout.example/city", "turnout.example/town"))
    assert main([*asked[:-1], str(strange)]) == 1


def test_an_opening_is_proved_by_its_number(data: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["audit", "prove", "--data", str(data), "--reveal", "7"]) == 0
    proof = data / "reveal.tlog-proof"
    proof.write_text(capsys.readouterr().out)
    assert main(["audit", "verify", str(proof), "--key", the_key(data)]) == 0
    said = capsys.readouterr().out
    assert "Record 7 of turnout.example/city/reveals, row 33: details-opened" in said
    assert "call back" in said
    assert main(["audit", "prove", "--data", str(data), "--reveal", "119"]) == 1
    assert "not signed" in capsys.readouterr().err


def test_a_proof_by_another_key_or_without_the_witness_asked_for_is_none(
    data: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["audit", "prove", "--data", str(data), "--row", "5"]) == 0
    proof = data / "row.tlog-proof"
    proof.write_text(capsys.readouterr().out)
    other = str(make_key("turnout.example/city/journal", NOTE).verifier)
    witness = str(make_key("witness.example", COSIGNATURE).verifier)
    assert main(["audit", "verify", str(proof), "--key", other]) == 1
    assert main(["audit", "verify", str(proof), "--key", the_key(data), "--witness", witness]) == 1
    assert main(["audit", "verify", str(proof), "--key", the_key(data), "--witness", witness, "--quorum", "0"]) == 0


def test_trees_are_made_anew_and_hold_against_what_was_signed(data: Path, capsys: pytest.CaptureFixture[str]):
    with closing(sqlite3.connect(data / CITY / "proof.sqlite")) as base, base:
        base.execute("UPDATE tile SET body = zeroblob(8192) WHERE level = 0 AND n = 1")
    assert main(["audit", "check", "--data", str(data)]) == 1
    assert main(["audit", "rebuild", "--data", str(data)]) == 0
    assert "The journal is what was signed" in capsys.readouterr().out


def test_the_public_keys_are_shown_and_never_the_secret(data: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["audit", "key", "--data", str(data)]) == 0
    said = capsys.readouterr().out
    assert "PRIVATE" not in said
    assert [line.partition("+")[0] for line in said.splitlines()] == [
        f"turnout/{CITY}/journal",
        f"turnout/{CITY}/reveals",
    ]
    assert main(["audit", "key", "--data", str(data), "--rotate"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4


def test_a_file_that_is_there_is_never_replaced(data: Path, capsys: pytest.CaptureFixture[str]):
    exported(data)
    assert main(["audit", "export", "--data", str(data), "--to", str(data / "export.zip")]) == 1
    assert "there is a file already" in capsys.readouterr().err
    assert main(["audit", "export", "--data", str(data), "--to", str(data / "x.zip"), "--from-row", "9999"]) == 1
    assert not list(data.glob("*.part"))
