"""What was taken down on paper while the program was down, entered in bulk: each incident as the acts that it was.

Every act is an ordinary command with its true time and an identity made from the paper's own, so that a sheet may be
handed in again after a doubt or a correction: what was done is done once. One incident's trouble keeps no other out.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final

import msgspec

from turnout.core.commands import Command
from turnout.core.incidents.commands import CloseIncident, OpenIncident
from turnout.core.limits import STAGES_MAX, Code, Id, Line, Text, Whole
from turnout.core.location import Location
from turnout.core.units.commands import EnterPaperAssignment
from turnout.desk.access import Principal
from turnout.edge.answers import Accepted, Declined
from turnout.edge.counter import Counter
from turnout.words.moment import Moment
from turnout.words.name import Name

PAPERS_MAX: Final = 100
"""Incidents in one message: ten sheets of the form. A day on paper is several messages."""
UNITS_ON_PAPER_MAX: Final = 40


class PaperUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the unit log. `times`: stage → moment; `dispatched` and `ended` always."""

    unit: Id
    times: Annotated[dict[str, Moment], msgspec.Meta(max_length=STAGES_MAX)]
    disposition: Code = ""
    destination: Code | None = None


class PaperIncident(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the incident form with its units. `paper_id` is made by whoever enters it, and names it for ever."""

    paper_id: Id
    taken: Moment
    type: Code
    location: Location
    paper_number: Line = ""
    priority: Whole | None = None
    text: Text = ""
    units: Annotated[tuple[PaperUnit, ...], msgspec.Meta(max_length=UNITS_ON_PAPER_MAX)] = ()
    disposition: Code = ""
    closed: Moment | None = None


class PaperTrouble(msgspec.Struct, frozen=True):
    """What was not taken: `act` is the command (`enter-paper-assignment`); `unit` where it is about one."""

    act: str
    unit: str
    code: str
    text: Name


class PaperEntered(msgspec.Struct, frozen=True):
    """What came of one paper incident. No trouble: it is entered whole."""

    paper_id: str
    incident: str
    tag: str
    number: str
    troubles: tuple[PaperTrouble, ...]


class PaperDesk:
    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    async def enter(self, who: Principal, papers: Sequence[PaperIncident]) -> list[PaperEntered]:
        """In the order of the sheet. Without its incident nothing of a paper is entered."""
        return [await self._enter(who, paper) for paper in papers]

    async def _enter(self, who: Principal, paper: PaperIncident) -> PaperEntered:
        outcome: dict[str, str] = {}
        troubles: list[PaperTrouble] = []
        for command in acts_of(paper):
            identity = identity_of(paper, command)
            answer = await self._counter.hand_in(who, identity, command, purpose="paper", counted=True)
            if isinstance(command, OpenIncident) and isinstance(answer, Accepted):
                outcome = answer.outcome
            if isinstance(answer, Declined) and not _is_there(command, answer):
                troubles.append(_trouble(command, answer))
                if isinstance(command, OpenIncident):
                    break
        return PaperEntered(
            paper.paper_id,
            incident_of(paper),
            outcome.get("tag", ""),
            outcome.get("number", ""),
            tuple(troubles),
        )


def acts_of(paper: PaperIncident) -> Iterator[Command]:
    """The incident, what its units did, and its end where it had one."""
    incident = incident_of(paper)
    text = f"[{paper.paper_number}] {paper.text}".strip() if paper.paper_number else paper.text
    yield OpenIncident(
        incident_id=incident,
        type=paper.type,
        location=paper.location,
        priority=paper.priority,
        narrative=text,
        priority_reason="paper" if paper.priority is not None else "",
        back_entry=paper.taken,
    )
    for sent in paper.units:
        yield EnterPaperAssignment(
            incident_id=incident,
            unit=sent.unit,
            times=sent.times,
            disposition=sent.disposition,
            destination=sent.destination,
        )
    if paper.disposition:
        yield CloseIncident(incident_id=incident, disposition=paper.disposition, back_entry=paper.closed)


def incident_of(paper: PaperIncident) -> str:
    return f"paper-{paper.paper_id}"[:64]


def identity_of(paper: PaperIncident, command: Command) -> str:
    """The same for the same act of the same paper; another one when the act was corrected."""
    content = msgspec.json.encode([paper.paper_id, command])
    return f"paper-{hashlib.sha256(content).hexdigest()[:48]}"


def _is_there(command: Command, answer: Declined) -> bool:
    """Corrected and handed in again: the incident had been opened the first time."""
    return isinstance(command, OpenIncident) and answer.code == "identity-taken"


def _trouble(command: Any, answer: Declined) -> PaperTrouble:
    return PaperTrouble(str(command.__struct_config__.tag), getattr(command, "unit", ""), answer.code, answer.text)
