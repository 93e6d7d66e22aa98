"""The board's rows as simulated people read them: only the fields that they use; a newer product can say more."""

from typing import Any

import msgspec

from turnout.words.place import Place


class SeenStatus(msgspec.Struct, frozen=True):
    """A unit's status of any stage; what a stage does not carry is empty."""

    stage: str
    incident: str = ""
    at: str = ""
    destination: str | None = None
    moving_to: str | None = None


class SeenUnit(msgspec.Struct, frozen=True):
    id: str
    kind: str
    agency: str
    station: str
    status: SeenStatus
    staffed: bool = False
    free: bool = False


class SeenLocation(msgspec.Struct, frozen=True):
    text: str = ""
    place: Place | None = None


class SeenAssignment(msgspec.Struct, frozen=True):
    unit: str
    by: str
    times: dict[str, int] = {}


class SeenLine(msgspec.Struct, frozen=True):
    by: str
    kind: str = "note"


class SeenBy(msgspec.Struct, frozen=True):
    """Anything that a person did: a change, a dispatch."""

    by: str


class SeenAlert(msgspec.Struct, frozen=True):
    id: str
    station: str
    channel: str
    delivered_by: str | None = None
    acknowledged: int | None = None
    failed: str = ""
    withdrawn: int | None = None
    followed: int | None = None

    @property
    def waits(self) -> bool:
        """Whether the station's own screen is to ring and be answered."""
        over = (self.acknowledged, self.withdrawn, self.followed)
        return self.channel == "station" and not self.failed and all(each is None for each in over)


class SeenIncident(msgspec.Struct, frozen=True):
    id: str
    type: str
    priority: int
    status: str
    agencies: tuple[str, ...]
    location: SeenLocation
    opened: int
    opened_by: str
    last_change: int
    alarm_level: int = 1
    claimed_by: str | None = None
    assignments: tuple[SeenAssignment, ...] = ()
    dispatches: tuple[SeenBy, ...] = ()
    narrative: tuple[SeenLine, ...] = ()
    changes: dict[str, SeenBy] = {}
    dispositions: dict[str, str] = {}
    alerts: tuple[SeenAlert, ...] = ()

    def working(self) -> list[SeenAssignment]:
        """Assignments that are not over."""
        return [each for each in self.assignments if "ended" not in each.times]

    def touched_by_other_than(self, mine: str) -> bool:
        """Whether anybody else has claimed it, sent, changed or written. The system's own lines are nobody's."""
        if self.opened_by != mine or self.claimed_by not in (None, mine):
            return True
        people = [each.by for each in (*self.dispatches, *self.changes.values())]
        people += [line.by for line in self.narrative if line.kind != "system"]
        return any(by != mine for by in people)


class SeenCall(msgspec.Struct, frozen=True):
    id: str
    status: str
    received: int = 0
    answered_by: str | None = None
    incident: str | None = None


KINDS: dict[str, type[msgspec.Struct]] = {"units": SeenUnit, "incidents": SeenIncident, "calls": SeenCall}


def read_row(table: str, row: Any) -> Any:
    """A row of one of `KINDS`. Raises msgspec.ValidationError where the product no longer says what crews need."""
    return msgspec.convert(row, KINDS[table], strict=False)
