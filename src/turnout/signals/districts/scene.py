"""A district's traffic laid out to be run in SUMO: which plan of each signal, the files in one folder, the words.

All sides of a comparison run as programmes made by `phases`, so that nothing differs but what is compared.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from turnout.signals.area.programmes import written
from turnout.signals.districts.changed import running
from turnout.signals.districts.folder import NAME_TRAFFIC, NO_TRAFFIC, District
from turnout.signals.districts.phases import programme_of
from turnout.signals.districts.results import Period
from turnout.signals.districts.run_figures import FILES, Run, read_run
from turnout.signals.districts.sumo import RUN_S, SAID, run
from turnout.signals.districts.sumo_program import Sumo
from turnout.signals.model import Junction, Plan, Signals
from turnout.signals.problem import BrokenSignals, Problem, Spot
from turnout.signals.sumo_xml import Programme, Records, unpacked
from turnout.words.name import Name
from turnout.words.trouble import Unsupported

LAST_S: Final = 4 * 3_600
"""After so long a run ends where the district does not say when: who has not arrived by then stands in a gridlock."""
PLANS, MEASURED, LOOPS = "plans.add.xml", "measured.add.xml", "loops.add.xml"
OWN: Final = frozenset((*FILES, PLANS, MEASURED, LOOPS, SAID))
"""Names of what is written beside the district's files."""


def chosen(junction: Junction, period: Period | None) -> Plan | None:
    """The plan in force at the period; without one, of a junction without hours, the last."""
    if period is not None:
        return running(junction, period.day, period.minute)
    return junction.plans[-1] if junction.plans else None


def refuse_unfit(district: District) -> None:
    """Raises `Unsupported` for one without traffic, with files named as ours, or that switches programmes by itself.

    Those (WAUT) would take the place of ours, on all sides alike.
    """
    if not district.can_simulate:
        raise Unsupported(NO_TRAFFIC, district.id, NAME_TRAFFIC)
    taken = OWN.intersection(district.head.named)
    if taken:
        own = min(taken)
        what = Name(f"{own} is the name of a file that a simulation writes", f"{own} 是仿真输出文件的名称")
        raise Unsupported(what, district.id, Name("rename it", "请改名"))
    for name in (district.head.network, *district.head.additional, *district.head.programmes):
        if b"<WAUT" in unpacked(district.content(name), name):
            what = Name(
                f"{name} switches programmes by itself (WAUT), which would run in place of the plans",
                f"{name} 自行切换配时程序（WAUT），会取代方案运行",
            )
            raise Unsupported(what, district.id, Name("take its WAUT elements out", "请删去其中的 WAUT 元素"))


def refuse_no_period(sides: Iterable[Signals], period: Period | None) -> None:
    """Raises `BrokenSignals` where plans run by hours and none is given."""
    timed = next((each.id for side in sides for each in side.junctions if each.hours), None)
    if timed is not None and period is None:
        what = Name("its plans run by hours, and no day and hour is given", "其方案按时段运行，而未指定星期与时间")
        cure = Name("give the day and hour whose plans are to run", "请指定运行哪一星期与时间的方案")
        raise BrokenSignals((Problem("period-needed", Spot(junction=timed), what, cure),))


def lamps_of(records: Records) -> dict[str, int]:
    """How many lamps each signal of the network has."""
    links: dict[str, int] = defaultdict(int)
    for link in records.links:
        if link.signal:
            links[link.signal] = max(links[link.signal], link.index + 1)
    return links


def run_here(signals: Signals, records: Records, period: Period | None) -> list[tuple[Junction, Plan, int]]:
    """The network's own signals with plan and count of lamps. One of the plain file only stands on no street here."""
    links = lamps_of(records)
    made = []
    for junction in signals.junctions:
        plan = chosen(junction, period)
        if junction.id in links and plan is not None:
            made.append((junction, plan, links[junction.id]))
    return made


def programmes(signals: Signals, records: Records, period: Period | None) -> list[Programme]:
    return [programme_of(*each) for each in run_here(signals, records, period)]


def span_s(district: District) -> tuple[float, float]:
    """When its runs begin, and when they are over at the latest."""
    head = district.head
    return float(head.begin_s), float(head.end_s or head.begin_s + LAST_S)


class Scene:
    """The district's files in a folder of its own; the folder is emptied of figures before each run."""

    def __init__(
        self, sumo: Sumo, district: District, place: Path, run_s: float = RUN_S, more: Sequence[str] = ()
    ) -> None:
        """`more`: further words for SUMO, on all sides."""
        self._sumo, self._head, self.place, self.run_s, self._more = sumo, district.head, place, run_s, more
        self.begin_s, self.end_s = span_s(district)
        for name in district.head.named:
            (place / name).symlink_to((district.folder / name).resolve())
        measured = '<additional><edgeData id="edges" file="edges.xml" excludeEmpty="true"/></additional>'
        (place / MEASURED).write_text(measured, encoding="utf-8")

    def run(self, plans: Sequence[Programme], seed: int) -> Run:
        """SUMO by itself. Raises `SimulationFailed`."""
        self.lay(plans)
        run(self._sumo, self.place, self.words(seed), self.run_s)
        return self.read()

    def lay(self, plans: Sequence[Programme]) -> None:
        for name in FILES:
            (self.place / name).unlink(missing_ok=True)
        (self.place / PLANS).write_bytes(written(list(plans)))

    def read(self) -> Run:
        return read_run(self.place, self.end_s)

    def words(self, seed: int, *added: str) -> list[str]:
        """`added`: further files of additional objects."""
        head = self._head
        files = [*head.additional, *head.programmes, PLANS, MEASURED, *added]
        return [
            *("--net-file", head.network),
            *("--route-files", ",".join(head.routes)),
            *("--additional-files", ",".join(files)),
            *("--begin", f"{self.begin_s:g}"),
            *("--end", f"{self.end_s:g}"),
            *("--seed", str(seed)),
            *("--statistic-output", "figures.xml", "--duration-log.statistics"),
            *("--tripinfo-output", "trips.xml", "--tripinfo-output.write-unfinished"),
            *("--no-step-log", "--no-warnings", "--threads", "1"),
            *self._more,
        ]
