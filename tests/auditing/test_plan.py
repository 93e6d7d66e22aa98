"""The operator's file for the proof (`--proof`), and what a server makes of it."""

from pathlib import Path

import pytest

from tests.adapters.running import free_port, running
from turnout.audit.notes import COSIGNATURE, NOTE, make_key
from turnout.config import Settings
from turnout.edge.proof.plan import read_plan
from turnout.main import parser, settings_of
from turnout.words.trouble import Malformed

WITNESS = str(make_key("witness.example/w1", COSIGNATURE).verifier)
OTHER = str(make_key("log.example/journal", NOTE).verifier)


def test_without_a_file_the_logs_are_named_after_the_city(tmp_path: Path):
    plan = read_plan(None, "san-francisco")
    assert (plan.origin, plan.witnesses, plan.stamps, plan.sign_every_s) == ("turnout/san-francisco", (), None, 60.0)


def test_a_file_names_logs_witnesses_and_a_stamper(tmp_path: Path):
    (tmp_path / "root.pem").touch()
    file = tmp_path / "proof.toml"
    file.write_text(
        f'origin = "turnout.example/sf"\ntrust = "root.pem"\n[[witness]]\nkey = "{WITNESS}"\nurl = "https://w.example/"\n'
        '[stamps]\nurl = "https://tsa.example"\nroot = "root.pem"\n'
    )
    plan = read_plan(file, "san-francisco")
    assert plan.origin == "turnout.example/sf"
    assert [(str(one.key), one.url) for one in plan.witnesses] == [(WITNESS, "https://w.example")]
    assert plan.stamps is not None
    assert plan.stamps.root == plan.trust == tmp_path / "root.pem"
    assert settings_of(parser().parse_args(["serve", "--proof", str(file)])).proof == file


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("origin = 1", "str"),
        ("orgin = 'x'", "orgin"),
        ("origin = 'a b'", "no name of a log"),
        ("origin = 'a+b'", "no name of a log"),
        ("sign_every_s = 0.1", "sign_every_s"),
        (f"[[witness]]\nkey = '{OTHER}'\nurl = 'https://w.example'", "signs notes"),
        (f"[[witness]]\nkey = '{WITNESS}x'\nurl = 'https://w.example'", "no Ed25519 key"),
        (f"[[witness]]\nkey = '{WITNESS}'\nurl = 'w.example'", "url"),
        (f"[[witness]]\nkey = '{WITNESS}'\nurl = 'https://w.example'\n" * 2, "one name"),
        ("[stamps]\nurl = 'https://tsa.example'\nroot = 'nowhere.pem'", "no such file"),
        ("trust = 'nowhere.pem'", "no such file"),
        ("[[", "proof.toml"),
    ],
)
def test_a_file_that_cannot_be_is_refused_with_its_place(tmp_path: Path, text: str, says: str):
    file = tmp_path / "proof.toml"
    file.write_text(text)
    with pytest.raises(Malformed) as trouble:
        read_plan(file, "city")
    assert says in str(trouble.value)
    with pytest.raises(Malformed):
        read_plan(tmp_path / "nowhere.toml", "city")


async def test_a_server_goes_on_beside_a_witness_that_nobody_answers_for(tmp_path: Path):
    file = tmp_path / "proof.toml"
    file.write_text(f"[[witness]]\nkey = '{WITNESS}'\nurl = 'http://127.0.0.1:{free_port()}'\n")
    async with running(tmp_path / "var", proof=file) as house:
        signed = await house.edge.notary.sign_now()
        assert signed.size == house.edge.counter.seq
        assert Settings(proof=file).proof == file


async def test_certificates_that_are_none_are_refused_at_the_start(tmp_path: Path):
    file = tmp_path / "proof.toml"
    (tmp_path / "ca.pem").write_text("nothing of the kind")
    file.write_text(f"trust = 'ca.pem'\n[[witness]]\nkey = '{WITNESS}'\nurl = 'https://w.example'\n")
    with pytest.raises(Malformed, match=r"ca\.pem"):
        async with running(tmp_path / "var", proof=file):
            pass
