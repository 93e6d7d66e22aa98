"""What happened in one year, counted from the journal's own events: no name, no purpose as typed, no place."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final, get_args
from zoneinfo import ZoneInfo

import msgspec

from turnout.core.events import Event
from turnout.core.incidents.events import IncidentOpened, IncidentRetyped
from turnout.core.retention.events import DetailsErased, ErasureAsked, ErasureDeclined, HoldPlaced, HoldReleased
from turnout.core.reveals.events import GlassAnswered, GlassBroken, ReviewApproved, ReviewDeclined, ReviewRequested
from turnout.core.reveals.matters import Finding, Kind
from turnout.core.reveals.policy import Ground
from turnout.core.tables.events import DetailsOpened, FileOpened
from turnout.core.units.events import UnitsAssigned
from turnout.reports.transparency.suppression import Counts
from turnout.words.moment import Moment

COUNTED: Final = (
    IncidentOpened,
    IncidentRetyped,
    UnitsAssigned,
    DetailsOpened,
    FileOpened,
    ReviewRequested,
    ReviewApproved,
    ReviewDeclined,
    GlassBroken,
    GlassAnswered,
    DetailsErased,
    ErasureAsked,
    ErasureDeclined,
    HoldPlaced,
    HoldReleased,
)
NAMES: Final = frozenset(str(one.__struct_config__.tag) for one in COUNTED)
"""Rows of the journal that are read; all others are passed over."""

MONTHS: Final = tuple(f"{month:02}" for month in range(1, 13))

TIMES_LEAST: Final = 20
"""Of fewer times no percentile is published: it would come near to one case."""


class Span(msgspec.Struct, frozen=True):
    """From `since` up to, not with, `until`."""

    since: Moment
    until: Moment


class Percentiles(msgspec.Struct, frozen=True):
    """Seconds, by nearest rank."""

    p50_s: int
    p90_s: int


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """`tables`: of each kind of happening, its tables by name. `times`: None where there are too few."""

    tables: dict[str, dict[str, Counts]]
    times: dict[str, Percentiles | None]


def year_span(year: int, zone: ZoneInfo) -> Span:
    """The year by the city's own clocks."""
    since, until = (datetime(one, 1, 1, tzinfo=zone).timestamp() for one in (year, year + 1))
    return Span(Moment(int(since * 1000)), Moment(int(until * 1000)))


class _Standing:
    """How many stand how. An identity that is used again, once it has left the board, is another one."""

    def __init__(self) -> None:
        self.counts = Counter[str]()
        self._now: dict[str, str] = {}

    def begin(self, one: str, standing: str) -> None:
        self._now[one] = standing
        self.counts[standing] += 1

    def become(self, one: str, standing: str, only_from: str = "") -> None:
        """Nothing, for one that did not begin in the year."""
        was = self._now.get(one)
        if was is None or only_from not in ("", was):
            return
        self.counts[was] -= 1
        self.counts[standing] += 1
        self._now[one] = standing


class YearCount:
    """Takes the events recorded in the year, in their order. What is recorded later changes nothing of it."""

    def __init__(self, zone: ZoneInfo, types: Iterable[str]) -> None:
        self._zone, self._types = zone, tuple(types)
        self._months: dict[str, Counter[str]] = {}
        self._incidents, self._reviews, self._glass = _Standing(), _Standing(), _Standing()
        self._requests, self._holds = _Standing(), _Standing()
        self._opened: dict[str, Moment] = {}
        self._broken: dict[str, Moment] = {}
        self._grounds, self._kinds = Counter[str](), Counter[str]()
        self._first_sent_ms: list[int] = []
        self._answered_ms: list[int] = []

    def add(self, event: Event) -> None:
        match event:
            case IncidentOpened(exercise=False):
                self._note("incidents", event.at)
                self._incidents.begin(event.incident, event.type)
                self._opened[event.incident] = event.at
            case IncidentRetyped():
                self._incidents.become(event.incident, event.type)
            case UnitsAssigned(back_entry=False) if event.incident in self._opened:
                self._first_sent_ms.append(event.at - self._opened.pop(event.incident))
            case DetailsOpened() | FileOpened():
                self._note("reveals", event.at)
                self._grounds[event.ground or "earlier"] += 1
                self._kinds["files" if isinstance(event, FileOpened) else "details"] += 1
            case ReviewRequested():
                self._note("reviews", event.at)
                self._reviews.begin(event.review.id, "open")
            case ReviewApproved():
                self._reviews.become(event.review, "approved")
            case ReviewDeclined():
                self._reviews.become(event.review, "declined", only_from="open")
            case GlassBroken():
                self._note("glass", event.at)
                self._glass.begin(event.glass.id, "open")
                self._broken[event.glass.id] = event.at
            case GlassAnswered() if event.glass in self._broken:
                self._glass.become(event.glass, event.finding)
                self._answered_ms.append(event.at - self._broken.pop(event.glass))
            case _:
                self._add_of_keeping(event)

    def _add_of_keeping(self, event: Event) -> None:
        """An erasure that somebody asked for is counted as a request and not as an erasure, too: the one number would
        tell of the other."""
        match event:
            case DetailsErased(rule="term"):
                self._note("erasures", event.at)
            case DetailsErased():
                self._requests.become(event.request, "erased", only_from="open")
            case ErasureAsked():
                self._note("requests", event.at)
                self._requests.begin(event.request.id, "open")
            case ErasureDeclined():
                self._requests.become(event.request, "declined", only_from="open")
            case HoldPlaced():
                self._note("holds", event.at)
                self._holds.begin(event.hold.id, "stands")
            case HoldReleased():
                self._holds.become(event.hold, "released")
            case _:
                pass

    def counted(self) -> Counted:
        tables: dict[str, dict[str, Counts]] = {
            "incidents": {"type": _rows(self._types, self._incidents.counts)},
            "reveals": {
                "ground": _rows((*get_args(Ground), "earlier"), self._grounds),
                "kind": _rows(get_args(Kind), self._kinds),
            },
            "reviews": {"outcome": _rows(("approved", "declined", "open"), self._reviews.counts)},
            "glass": {"finding": _rows((*get_args(Finding), "open"), self._glass.counts)},
            "erasures": {},
            "requests": {"outcome": _rows(("erased", "declined", "open"), self._requests.counts)},
            "holds": {"standing": _rows(("stands", "released"), self._holds.counts)},
        }
        for happening, of_it in tables.items():
            of_it["month"] = _rows(MONTHS, self._months.get(happening, Counter()))
        times = {"first-sent": _percentiles(self._first_sent_ms), "glass-answered": _percentiles(self._answered_ms)}
        return Counted(tables=tables, times=times)

    def _note(self, happening: str, at: Moment) -> None:
        month = datetime.fromtimestamp(at / 1000, self._zone).strftime("%m")
        self._months.setdefault(happening, Counter())[month] += 1


def _rows(known: Iterable[str], found: "Counter[str]") -> Counts:
    """Known ones first, zeros too; then what else there was."""
    rows = {one: found[one] for one in known}
    return rows | {one: found[one] for one in sorted(found) if one not in rows}


def _percentiles(times_ms: list[int]) -> Percentiles | None:
    if len(times_ms) < TIMES_LEAST:
        return None
    ordered = sorted(times_ms)
    p50, p90 = (ordered[-(-len(ordered) * percent // 100) - 1] // 1000 for percent in (50, 90))
    return Percentiles(p50, p90)
