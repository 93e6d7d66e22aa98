"""A city's own signals, as its files have them: where they stand on its roads, and what speaks with their controllers.

What is wrong with one junction, its place or its controller keeps that one off every corridor and stops nothing else.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from turnout.adapters.signals.controllers_file import lines_that_can_be
from turnout.adapters.signals.line import Line
from turnout.city.signals import SignalsOfCity
from turnout.roads.graph import RoadGraph
from turnout.signals.arming import Gate
from turnout.signals.check import check
from turnout.signals.file_trouble import MEND, NAME_READABLE
from turnout.signals.model import Junction, Signals
from turnout.signals.placing import placed_sites
from turnout.signals.plans_file import read_plans
from turnout.signals.problem import BrokenSignals, Problem, Spot
from turnout.signals.sites import Sites
from turnout.words.name import Name
from turnout.words.trouble import BadInput, Malformed

NONE: Final = Signals(())


class Read(NamedTuple):
    """`lines`: by junction. `problems`: of the files themselves, before anything is placed."""

    signals: Signals
    lines: Mapping[str, tuple[Junction, Line]]
    problems: tuple[Problem, ...]


class SignalsOfFiles:
    """Read once, by whoever asks first; that takes up to a second of a thread."""

    def __init__(self, folder: Path, said: SignalsOfCity, gate: Gate, now_ms: Callable[[], int]) -> None:
        self._folder, self._said, self._gate, self._now_ms = folder, said, gate, now_ms
        self._read: Read | None = None
        self._turn = Lock()

    @property
    def plans_file(self) -> Path:
        return self._folder / self._said.plans_file

    def read(self) -> Read:
        """For a thread. What cannot be read is in its problems."""
        with self._turn:
            if self._read is None:
                self._read = self._all()
            return self._read

    def sites_of(self, graph: RoadGraph) -> Sites:
        """For a thread: where they stand on these roads. Who is unsound, or has no controller, is not among them."""
        read = self.read()
        sites = placed_sites(read.signals, graph, self.plans_file.name)
        unsound = {problem.spot.junction for problem in read.problems if problem.severity == "error"}
        kept = [site for site in sites.by_id.values() if site.id not in unsound]
        problems = [*read.problems, *sites.problems]
        if self._said.controllers == "file":
            told = {problem.spot.junction for problem in problems}
            problems += [
                _no_controller(site.id, self._said.controllers_file)
                for site in kept
                if site.id not in read.lines and site.id not in told
            ]
            kept = [site for site in kept if site.id in read.lines]
        return Sites(kept, problems)

    def _all(self) -> Read:
        try:
            signals = read_plans(_content(self.plans_file), self.plans_file.name)
        except BrokenSignals as trouble:
            return Read(NONE, {}, trouble.problems)
        except BadInput as trouble:
            return Read(NONE, {}, (_unreadable(trouble, self.plans_file.name),))
        problems = check(signals, self.plans_file.name)
        if self._said.controllers != "file":
            return Read(signals, {}, problems)
        path = self._folder / self._said.controllers_file
        try:
            lines, troubles = lines_that_can_be(path, signals, self._now_ms, self._gate)
        except BadInput as trouble:
            return Read(signals, {}, (*problems, _unreadable(trouble, path.name)))
        return Read(signals, lines, (*problems, *_told(troubles, path.name)))


def _content(path: Path) -> bytes:
    """Raises `Malformed`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Malformed(error.strerror or str(error), path.name, NAME_READABLE) from error


def _unreadable(trouble: BadInput, file: str) -> Problem:
    what = Name(trouble.what, f"无法使用：{trouble.named.zh}")
    return Problem("unreadable", Spot(file), what, trouble.cure_named if trouble.cure else MEND)


def _told(troubles: list[tuple[str, Malformed]], file: str) -> Iterator[Problem]:
    for junction, trouble in troubles:
        what = Name(trouble.what, f"信号机配置有误：{trouble.what}")
        cure = Name(trouble.cure or "mend it there", trouble.cure or "请修正该处")
        yield Problem("bad-controller", Spot(file, junction=junction), what, cure)


def _no_controller(junction: str, file: str) -> Problem:
    what = Name("no controller is named for it", "未配置信号机")
    cure = Name(f"write [[controller]] in {file}", f"请在 {file} 中写明 [[controller]]")
    return Problem("no-controller", Spot(file, junction=junction), what, cure, "warning")
