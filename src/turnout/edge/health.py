"""How things stand, in numbers for a watch-dog and in a sentence for people."""

import msgspec

from turnout.edge.edge import Edge
from turnout.edge.speech import words_for
from turnout.words.name import Name


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """`lag_ms`: how long the event loop stood still at the worst, lately; `waiting`: commands in the lanes."""

    ok: bool
    seq: int
    lag_ms: int
    clients: int
    waiting: int
    restarts: int
    trouble: str
    sentence: Name


def health_of(edge: Edge) -> Health:
    desk = edge.desk_health()
    lag_ms = edge.lag.worst_ms()
    sentence = words_for(desk.trouble, {}) if desk.trouble else None
    return Health(
        ok=not desk.trouble,
        seq=desk.seq,
        lag_ms=lag_ms,
        clients=len(edge.connections),
        waiting=desk.first_lane + desk.other_lane,
        restarts=desk.restarts,
        trouble=desk.trouble,
        sentence=sentence or Name("The desk takes commands.", "指挥台工作正常。"),
    )
