"""Planted bugs in how a release is verified (each takes one thing out of the script), what a log says, and a form."""

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.planted.plant import Patch, Plant
from tests.release import releasing
from tests.release.test_release import every_change_of_a_release_is_refused
from tests.test_unseen import no_log_repeats_what_a_bug_carries
from turnout.core.catalogue import Agency
from turnout.core.tables import soundness
from turnout.edge import log_lines
from turnout.words.name import Name


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


def a_log_repeats_exceptions(patch: Patch) -> None:
    patch.setattr(log_lines, "said_of", lambda raised: f"{type(raised).__name__}: {raised}")


def a_log_repeats_libraries(patch: Patch) -> None:
    patch.setattr(log_lines, "_text_of", lambda record: record.getMessage())


def no_series_fills_the_memory(_: Path) -> None:
    for series in ("F{n:999999999}", "{n.__class__}"):
        assert not soundness.makes_numbers(Agency("FD", Name("Fire", "消防"), "fire", series))  # type: ignore[arg-type]


def a_series_is_any_text(patch: Patch) -> None:
    patch.setattr(soundness, "_SERIES", re.compile(".*"))


RELEASE_PLANTS: dict[str, Plant] = {
    "a log that says what an exception carries": Plant(a_log_repeats_exceptions, no_log_repeats_what_a_bug_carries),
    "a series of numbers that is any text": Plant(a_series_is_any_text, no_series_fills_the_memory),
    "a log that says what a library says": Plant(a_log_repeats_libraries, no_log_repeats_what_a_bug_carries),
} | {
    name: Plant(plant, every_change_of_a_release_is_refused)
    for name, plant in {
        "a release whose signature is not looked at": without("ssh-keygen -q -Y verify", "true"),
        "a release signed by whoever": without("-Y verify -f", "-Y check-novalidate -f"),
        "a release whose files are not looked at": without("sha256sum --quiet", "true"),
        "a release with something put beside it": without('[ -z "$strange" ]', "true"),
    }.items()
}
