"""Keys, small releases and the commands with which one is verified, for the tests of this folder."""

import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SCRIPTS: Final = ROOT / "scripts"
NAMESPACE: Final = "turnout-release"


@cache
def commit() -> str:
    """What the working tree holds, as a commit that no branch names; HEAD where nothing was changed."""
    made = subprocess.run(["git", "stash", "create"], cwd=ROOT, check=True, capture_output=True, text=True)
    return made.stdout.strip() or "HEAD"


def a_signer(folder: Path, name: str = "key") -> Path:
    """A new key; `signers` beside it allows it alone."""
    key = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key], check=True, timeout=30)
    public = key.with_suffix(".pub").read_text()
    (folder / "signers").write_text(f'release@turnout namespaces="{NAMESPACE}" {public}')
    return key


def signed(folder: Path, key: Path, namespace: str = NAMESPACE) -> None:
    sums = folder / "SHA256SUMS"
    sums.with_name("SHA256SUMS.sig").unlink(missing_ok=True)
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", key, sums],
        check=True,
        capture_output=True,
        timeout=30,
    )


def a_small_release(folder: Path) -> Path:
    """Three files, listed and signed; `key` and `signers` are beside its folder."""
    release = folder / "small"
    release.mkdir()
    for name in ("turnout-9.tar.gz", "turnout-9-py3-none-any.whl", "turnout-9.commit"):
        (release / name).write_bytes(name.encode() * 50)
    listed(release)
    signed(release, a_signer(folder))
    return release


def listed(release: Path) -> None:
    names = sorted(path.name for path in release.iterdir() if not path.name.startswith("SHA256SUMS"))
    sums = subprocess.run(["sha256sum", *names], cwd=release, check=True, capture_output=True).stdout
    (release / "SHA256SUMS").write_bytes(sums)


def refused(release: Path, signers: Path | None = None) -> str:
    """Why `scripts/verify-release` refuses it, in words; nothing when it does not."""
    command = [str(SCRIPTS / "verify-release"), str(release), str(signers or release.parent / "signers")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return "" if done.returncode == 0 else done.stderr


def by_hand(language: str) -> str:
    """The commands with which the manual has one verify a release, without anything of ours."""
    page = (ROOT / "docs/manual" / language / "operators.md").read_text(encoding="utf-8")
    found = re.search(r"```sh\n(ssh-keygen -Y verify.*?)```", page, re.DOTALL)
    assert found, "the manual does not say how a release is verified"
    return found[1]
