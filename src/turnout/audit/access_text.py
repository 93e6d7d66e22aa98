"""The policy of who may look as readable text in Cedar, and the facts of the board that it is asked with (18.5).

`access.cedar` beside this module is the one that is shipped; `core/reveals/policy.py` is the same in Python, fast
enough for every reveal; a property test proves the two equal. A city that writes a text of its own can only narrow what
the shipped one allows: the rules of the core hold first, then the city's text is asked (docs/decisions/0197).

Cedar speaks of no "there is one in this list", so the text is asked once per entry of a list, and allows where one is
allowed. Times are milliseconds.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from turnout.core.board import Board, Call, Incident
from turnout.core.context import Actor
from turnout.core.permissions import RECORDS_ROLE, has_right
from turnout.core.retention.matters import CallRecord
from turnout.core.reveals.matters import Kind
from turnout.core.reveals.policy import Matter
from turnout.core.tables.positions import uncovered_groups
from turnout.words.later import Later
from turnout.words.moment import Moment
from turnout.words.trouble import Malformed

cedarpy = Later("cedarpy")

HERE: Final = Path(__file__).parent
SHIPPED: Final = (HERE / "access.cedar").read_text(encoding="utf-8")
FILE: Final = "access.cedar"
"""Of a city's folder, where it has a text of its own."""

TEXT_BYTES_MAX: Final = 64 * 1024
"""The shipped one has 4 kB; whoever needs more than sixteen times that has written something else."""

RIGHTS: Final = ("assign-units", "answer-call")
PERSON: Final = {"type": "Person", "id": "asker"}
MATTER: Final = {"type": "Matter", "id": "asked"}
LOOK: Final = {"type": "Action", "id": "look"}

Facts = dict[str, Any]


@cache
def _schema() -> Any:
    return cedarpy.Schema.from_str((HERE / "access.cedarschema").read_text(encoding="utf-8"))


class AccessText:
    """One text, read once. Raises `Malformed` that says what is wrong with it, and where."""

    def __init__(self, text: str, where: str = FILE) -> None:
        if len(text.encode()) > TEXT_BYTES_MAX:
            raise Malformed(f"longer than {TEXT_BYTES_MAX} bytes", where=where)
        try:
            checked = cedarpy.validate_policies(text, _schema())
            self._policies = cedarpy.PolicySet.from_str(text)
        except ValueError as trouble:
            raise Malformed(str(trouble), where=where) from trouble
        if not checked.validation_passed:
            raise Malformed("; ".join(str(error) for error in checked.errors), where=where)
        self.is_shipped = text == SHIPPED

    def allows(self, board: Board, actor: Actor, kind: Kind, matter: Matter, purpose: str, at: Moment) -> bool:
        """Whether one of the entries that the board has is allowed."""
        entities = [
            {"uid": PERSON, "attrs": _person(board, actor), "parents": []},
            {"uid": MATTER, "attrs": _matter(board, matter), "parents": []},
        ]
        base: Facts = {"purpose": purpose.strip(), "kind": kind, "now": at}
        if matter.call is not None:
            base["asked"] = _call(matter.call)
        requests = [
            {"principal": PERSON, "action": LOOK, "resource": MATTER, "context": base | entry}
            for entry in _entries(board, matter)
        ]
        answers = cedarpy.is_authorized_batch(requests, self._policies, entities)
        for answer in answers:
            assert not answer.diagnostics.errors, answer.diagnostics.errors
        return any(answer.allowed for answer in answers)


def city_text(folder: Path) -> AccessText | None:
    """What the city's folder has of its own; None where it has nothing. Raises `Malformed`: then nothing is opened."""
    path = folder / FILE
    return AccessText(path.read_text(encoding="utf-8"), str(path)) if path.is_file() else None


def _entries(board: Board, matter: Matter) -> Iterator[Facts]:
    """One fact at a time, the way the text is asked."""
    yield {}
    incident = matter.incident
    if incident is not None:
        for one in incident.assignments:
            ended = {"ended": one.times["ended"]} if one.is_over else {}
            yield {"assignment": {"unit": one.unit} | ended}
        for id in incident.calls:
            if id in board.calls:
                yield {"call": _call(board.calls[id])}
        for gone in matter.gone:
            yield {"call": _call(gone)}
    for position in board.positions.values():
        yield {"position": {"id": position.id, "actor": position.actor, "groups": list(position.groups)}}
    for review in board.reviews.values():
        approved = {} if review.approved_by is None else {"approved_by": review.approved_by}
        stated = {"who": review.who, "kinds": list(review.kinds), "until": review.until}
        yield {"review": {"incident": review.incident, "call": review.call} | stated | approved}
    for glass in board.glass.values():
        yield {
            "glass": {
                "by": glass.by,
                "incident": glass.incident,
                "call": glass.call,
                "finding": glass.finding,
                "until": glass.until,
            }
        }


def _person(board: Board, actor: Actor) -> Facts:
    return {
        "name": actor.id,
        "unit": actor.unit,
        "agencies": list(actor.agencies),
        "rights": [right for right in RIGHTS if has_right(board, actor, right)],
        "is_records_system": RECORDS_ROLE in actor.roles,
    }


def _matter(board: Board, matter: Matter) -> Facts:
    incident: Incident | None = matter.incident
    facts: Facts = {
        "incident": "" if incident is None else incident.id,
        "call": "" if matter.call is None else matter.call.id,
        "agencies": [] if incident is None else list(incident.agencies),
        "group": "" if incident is None else incident.group,
        "group_is_nobodys": incident is not None and incident.group in uncovered_groups(board),
        "on_board": incident is not None and incident.id in board.incidents,
        "opened_by": "" if incident is None else incident.opened_by,
    }
    return facts if incident is None or incident.closed is None else facts | {"closed": incident.closed}


def _call(call: Call | CallRecord) -> Facts:
    if isinstance(call, CallRecord):
        answered: Facts = {"answered_by": call.answered_by} if call.answered_by else {}
        return {"status": "closed", "closed": call.closed} | answered
    facts: Facts = {"status": call.status}
    known = {
        "answered_by": call.answered_by,
        "closed": call.closed,
        "offered_to": call.offer.to if call.offer is not None else None,
    }
    return facts | {name: value for name, value in known.items() if value is not None}
