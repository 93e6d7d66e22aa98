"""The process beside the desk that reads districts, coordinates and simulates.

Nobody but the desk starts it: `python -m turnout.signals.districts.worker`.

It is asked by messages on its standard input (`work.py`), one after another, and answers on its standard output. It has
the lowest priority, limits of memory and file size that hold for SUMO too, and ends with everything it has started as
soon as nobody asks any more: a desk that is killed leaves nothing behind.
"""

import contextlib
import os
import queue
import resource
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final, TypeVar

import msgspec

from turnout.signals.area.area import CYCLES_S, coordinate, read_area
from turnout.signals.area.demand import read_routes
from turnout.signals.check import check
from turnout.signals.districts.adapt import adapt
from turnout.signals.districts.areas import area_result
from turnout.signals.districts.coordinating import bands
from turnout.signals.districts.deriving import derived_in
from turnout.signals.districts.folder import NAME_TRAFFIC, NO_TRAFFIC, District, read_head
from turnout.signals.districts.from_data import hours_result, quality_result
from turnout.signals.districts.periods import figures_of, periods_of
from turnout.signals.districts.plan_sets import body_of, digest_of, fitting, only, plans_of, with_plans
from turnout.signals.districts.reading import (
    ReadDistrict,
    arterial_shape,
    card_of,
    problem_shape,
    read_district,
    shape_of,
)
from turnout.signals.districts.results import KINDS, Adapt, CoordinateArea, JobAsked, PlanHours, Quality, Simulate
from turnout.signals.districts.shapes import ArterialAsked, BandsAsked, CheckAnswer, CheckAsked, PlanSet
from turnout.signals.districts.simulate import simulate
from turnout.signals.districts.state import state_of
from turnout.signals.districts.sumo import SimulationFailed
from turnout.signals.districts.work import (
    Answer,
    Message,
    Progress,
    Refusal,
    Work,
    encode,
    pieces,
    read_work,
)
from turnout.signals.model import Signals
from turnout.signals.plans_writing import write_plans
from turnout.signals.problem import BrokenSignals, Problem, Spot
from turnout.words.name import Name
from turnout.words.trouble import BadInput, Malformed

NICE: Final = 19
MEMORY_BYTES_MAX: Final = 8 << 30
"""Of address space: a city's network in SUMO takes two or three. Of a small machine half, for the desk is there
too; but not less than `MEMORY_BYTES_LEAST`, which Python with its libraries takes."""
MEMORY_BYTES_LEAST: Final = 1 << 30
FIRST_TO_GO: Final = "1000"
"""Where memory runs out the kernel ends this process and SUMO, and not the desk (proc_pid_oom_score_adj(5))."""
CGROUP_MEMORY: Final = Path("/sys/fs/cgroup/memory.max")
FILE_BYTES_MAX: Final = 2 << 30
"""Of any file that it or SUMO writes."""
PROBLEMS_MAX: Final = 200
READ_MAX: Final = 4
"""Districts kept as read: an engineer works on one, and looks at another."""
SEE_MANUAL: Final = Name("see the engineers' manual", "见工程师手册")
LOST: Final = Problem(
    "plans-lost",
    Spot(),
    Name(
        "the released plans are not found in the store; the district's files are shown",
        "未找到已发布的方案，显示的是文件中的方案",
    ),
    Name("restore the data folder or the database from a backup", "请从备份恢复数据目录或数据库"),
)

Told = Callable[[float, Name], None]
T = TypeVar("T")


class Reader:
    """Districts as they were read last, for as long as their files do not change."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[object, District, ReadDistrict]] = {}

    def get(self, folder: str) -> tuple[District, ReadDistrict]:
        """Raises as `read_head` and `read_district`."""
        district = read_head(Path(folder))
        mark = district.head, tuple(_mark(district.folder / name) for name in district.head.named)
        kept = self._read.pop(folder, None)
        if kept is None or kept[0] != mark:
            kept = mark, district, read_district(district)
        self._read[folder] = kept
        while len(self._read) > READ_MAX:
            del self._read[next(iter(self._read))]
        return kept[1], kept[2]


def _mark(path: Path) -> tuple[int, int]:
    seen = path.stat()
    return seen.st_mtime_ns, seen.st_size


def done(reader: Reader, work: Work, told: Told) -> Message:
    """The answer, or why there is none. Whatever else goes wrong ends the process, which is noticed."""
    try:
        return _answer(reader, work, told)
    except BrokenSignals as trouble:
        said = Name(trouble.problems[0].spoken("en"), trouble.problems[0].spoken("zh-CN"))
        problems = tuple(problem_shape(each) for each in trouble.problems[:PROBLEMS_MAX])
        return Refusal(code="signals-broken", said=said, problems=problems)
    except SimulationFailed as trouble:
        return Refusal(code="simulation-failed", said=trouble.said)
    except Malformed as trouble:
        return Refusal(code="malformed", said=trouble.said)
    except BadInput as trouble:
        return Refusal(code="signals-unsupported", said=trouble.said)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as trouble:
        return Refusal(code="malformed", said=Name(str(trouble), str(trouble)))
    except MemoryError:
        said = Name("it is too large for this server", "数据过大，本服务器无法处理")
        return Refusal(code="signals-unsupported", said=said)


def _answer(reader: Reader, work: Work, told: Told) -> Answer:
    match work.kind:
        case "card":
            return Answer(body=encode(_card(reader, work)))
        case "job":
            return Answer(body=encode(KINDS[type(msgspec.json.decode(work.ask, type=JobAsked))]))
        case "figures":
            return figures_of(work.released, work.ask, work.plans)
    district, read = reader.get(work.folder)
    plans, misfits = _in_force(read, work)
    if work.kind == "simulate":
        return _simulated(district, read, plans, _asked(work, Simulate), told)
    if work.kind == "adapt":
        return Answer(body=encode(adapt(district, read, plans, _asked(work, Adapt), told)))
    if work.kind == "district":
        return Answer(body=encode(_district(district, read, work, plans, misfits)))
    signals = with_plans(read.signals, plans) if plans is not None else read.signals
    if work.kind == "plans-file":
        return Answer(body=write_plans(signals, _remark(district, work, misfits)))
    return Answer(body=encode(_found(district, read, signals, work, told)))


def _found(district: District, read: ReadDistrict, signals: Signals, work: Work, told: Told) -> Any:
    """`signals`: with the plans in force."""
    match work.kind:
        case "state":
            return state_of(district, signals)
        case "check":
            return _checked(signals, _asked(work, CheckAsked))
        case "periods":
            return periods_of(signals, _asked(work, CheckAsked).plans)
        case "arterials":
            return _derived(district, read, signals, _asked(work, ArterialAsked))
        case "bands":
            return bands(signals, _asked(work, BandsAsked))
        case "area":
            return _area(district, _asked(work, CoordinateArea), told)
        case "hours":
            return hours_result(district, signals, _asked(work, PlanHours), told)
        case "quality":
            return quality_result(district, _asked(work, Quality), told)
        case _:
            raise AssertionError(work.kind)


def _asked(work: Work, kind: type[T]) -> T:
    """Raises `msgspec.DecodeError`: it is as a screen sent it."""
    return msgspec.json.decode(work.ask, type=kind)


def _in_force(read: ReadDistrict, work: Work) -> tuple[PlanSet | None, tuple[Problem, ...]]:
    """Released plans that fit the files, and what is said of those that do not."""
    if not work.plans:
        return None, ()
    return fitting(read.signals, msgspec.json.decode(work.plans, type=PlanSet), work.released)


def _card(reader: Reader, work: Work) -> Any:
    """Of a district that cannot be read too: what is known of it, with the count of its errors."""
    district = read_head(Path(work.folder))
    try:
        district, read = reader.get(work.folder)
    except BrokenSignals as trouble:
        return card_of(district, None, trouble.problems)
    except BadInput as trouble:
        return card_of(district, None, (_trouble(trouble),))
    return card_of(district, read, (*read.problems, *check(read.signals)))


def _trouble(trouble: BadInput) -> Problem:
    cure = trouble.cure_named if trouble.cure else SEE_MANUAL
    return Problem("unreadable", Spot(trouble.where), trouble.named, cure)


def _district(
    district: District, read: ReadDistrict, work: Work, plans: PlanSet | None, misfits: tuple[Problem, ...]
) -> Any:
    """`misfits`: what is said of released plans that no longer fit the files."""
    shape = shape_of(district, read, plans, work.released if plans is not None else "")
    said = (LOST,) if work.lost else misfits[:PROBLEMS_MAX]
    return msgspec.structs.replace(shape, problems=(*map(problem_shape, said), *shape.problems))


def _checked(signals: Signals, asked: CheckAsked) -> CheckAnswer:
    """Of the junctions that are named only: what one types is answered while one types."""
    draft = with_plans(signals, asked.plans)
    problems = check(only(draft, [each.id for each in asked.plans.junctions]))
    errors = sum(each.severity == "error" for each in problems)
    return CheckAnswer(
        problems=tuple(problem_shape(each) for each in problems[:PROBLEMS_MAX]),
        errors=errors,
        warnings=len(problems) - errors,
        left=max(len(problems) - PROBLEMS_MAX, 0),
    )


def _derived(district: District, read: ReadDistrict, signals: Signals, asked: ArterialAsked) -> Any:
    name = "-".join(asked.junctions)[:128]
    return arterial_shape(derived_in(district, signals, asked.name, asked.junctions, name), read.geometry.signals)


def _area(district: District, asked: CoordinateArea, told: Told) -> Any:
    head = district.head
    if not district.can_simulate:
        raise Malformed(NO_TRAFFIC, district.id, NAME_TRAFFIC)
    told(0.1, Name("reading network and traffic", "正在读取路网与交通需求"))
    demand = read_routes([(district.content(name), name) for name in head.routes])
    area = read_area(district.content(head.network), head.network, district.added(), demand)
    told(0.3, Name("looking for cycle, splits and offsets", "正在搜索周期、绿信比与相位差"))
    return area_result(area, coordinate(area, asked.cycles_s or CYCLES_S))


def _simulated(district: District, read: ReadDistrict, plans: PlanSet | None, asked: Simulate, told: Told) -> Answer:
    result = simulate(district, read, plans, asked, told)
    signals = with_plans(read.signals, plans) if plans is not None else read.signals
    body = body_of(plans_of(with_plans(signals, asked.plans)))
    assert digest_of(body) == result.digest
    return Answer(body=encode(result), beside=body)


def _remark(district: District, work: Work, misfits: tuple[Problem, ...]) -> list[str]:
    of = f"proposal {work.released}" if work.released else "the district's own files"
    said = [f"{each.spot.spoken('en')}: {each.what.en}." for each in misfits]
    attribution = f"{district.head.attribution} {district.head.licence}"
    return [f"Plans in force of {district.id}: {of}.", *said, attribution]


def main() -> None:
    """Until standard input ends."""
    stdin, stdout = _own_streams()
    _limit()
    waiting: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(stdin, waiting), daemon=True).start()

    def tell(message: Message) -> None:
        stdout.writelines(pieces(message))
        stdout.flush()

    reader = Reader()
    while (work := waiting.get()) is not None:
        tell(done(reader, work, lambda part, said: tell(Progress(part=part, said=said))))


def _listen(stdin: IO[bytes], waiting: "queue.SimpleQueue[Work | None]") -> None:
    """Also while work is done: who asks may go, and then nothing is finished."""
    with contextlib.suppress(msgspec.DecodeError, OSError):
        while (work := read_work(stdin)) is not None:
            waiting.put(work)
    os.killpg(0, signal.SIGKILL)


def _own_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Nothing else writes among the messages, whatever a library prints."""
    stdin, stdout = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return stdin, stdout


def memory_most(machine: int) -> int:
    """Bytes of address space, of a machine or a container with so many bytes of memory."""
    return min(MEMORY_BYTES_MAX, max(machine // 2, MEMORY_BYTES_LEAST))


def machine_bytes() -> int:
    """Of the machine, or of the container where it has less."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with contextlib.suppress(OSError, ValueError):
        return min(machine, int(CGROUP_MEMORY.read_text(encoding="ascii")))
    return machine


def _limit() -> None:
    """For itself and all it starts. Its own process group: it can be ended with SUMO at once."""
    if os.getpgrp() != os.getpid():
        os.setpgid(0, 0)
    os.nice(NICE)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO, encoding="ascii")
    for kind, most in ((resource.RLIMIT_AS, memory_most(machine_bytes())), (resource.RLIMIT_FSIZE, FILE_BYTES_MAX)):
        _, hard = resource.getrlimit(kind)
        kept = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (kept, kept))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
    sys.exit(0)
