"""Planted bugs in how a release is verified: each takes one thing out of `scripts/verify-release`."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.planted.plant import Patch, Plant
from tests.release import releasing
from tests.release.test_release import every_change_of_a_release_is_refused


def without(words: str, instead: str) -> Callable[[Patch], None]:
    """The script with `instead` where `words` stood."""

    def plant(patch: Patch) -> None:
        honest = (releasing.SCRIPTS / "verify-release").read_text(encoding="utf-8")
        assert words in honest
        folder = Path(tempfile.mkdtemp(prefix="turnout-plant-"))
        changed = folder / "verify-release"
        changed.write_text(honest.replace(words, instead), encoding="utf-8")
        changed.chmod(0o755)
        patch.setattr(releasing, "SCRIPTS", folder)

    return plant


RELEASE_PLANTS: dict[str, Plant] = {
    name: Plant(plant, every_change_of_a_release_is_refused)
    for name, plant in {
        "a release whose signature is not looked at": without("ssh-keygen -q -Y verify", "true"),
        "a release signed by whoever": without("-Y verify -f", "-Y check-novalidate -f"),
        "a release whose files are not looked at": without("sha256sum --quiet", "true"),
        "a release with something put beside it": without('[ -z "$strange" ]', "true"),
    }.items()
}
