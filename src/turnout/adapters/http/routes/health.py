"""How things stand in figures, for those who keep the program running: every limit, every queue, what is measured."""

from collections.abc import Mapping

import msgspec
from litestar import get

from turnout.adapters.http.door import COUNTED, NEVER, TheEdge, Who, want
from turnout.edge.alarms.limits import Limit
from turnout.edge.alarms.words import WORDS
from turnout.edge.health import Health, health_of
from turnout.words.name import Name


class QueueShown(msgspec.Struct, frozen=True):
    key: str
    name: Name
    length: int
    most: int
    when_full: Name


class FigureShown(msgspec.Struct, frozen=True):
    """`about` tells apart what has one limit: which queue, which file."""

    key: str
    about: str
    value: float


class HealthDetails(msgspec.Struct, frozen=True, kw_only=True):
    """`commands`: command → outcome (`done`, or the code of the no) → how often since the start."""

    health: Health
    queues: tuple[QueueShown, ...]
    figures: tuple[FigureShown, ...]
    limits: Mapping[str, Limit]
    titles: Mapping[str, Name]
    """What each figure is called."""
    commands: Mapping[str, Mapping[str, int]]
    rows: int
    """Journal rows appended since the start."""


@get("/health/details", opt={COUNTED: NEVER})
async def details(who: Who, edge: TheEdge) -> HealthDetails:
    """Everything that is watched. For supervisors, administrators, and programs with the scope `admin` or `tables`."""
    want(who, "admin", "tables")
    watch, measures = edge.watch, edge.measures
    commands: dict[str, dict[str, int]] = {}
    for (command, outcome), count in measures.outcomes.items():
        commands.setdefault(command, {})[outcome] = count
    return HealthDetails(
        health=health_of(edge),
        queues=tuple(QueueShown(one.key, one.name, one.length(), one.most, one.when_full) for one in measures.queues()),
        figures=tuple(
            FigureShown(key, about, round(value, 3))
            for (key, about), value in (watch.readings if watch is not None else {}).items()
        ),
        limits=watch.limits if watch is not None else {},
        titles={key: words.title for key, words in WORDS.items()},
        commands=commands,
        rows=measures.rows,
    )


ROUTES = [details]
