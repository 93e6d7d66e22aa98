"""Personal details at the edge (charter 6, functions 1.7 and 1.11): into the vault, and out by the broker of reveals.

The journal has who opened whose details, when, where and why *before* they are shown. There is no list and no search:
whoever wants details names the incident and the card in it.
"""

import uuid
from typing import Annotated, Final, Literal

import msgspec

from turnout.audit.vault import DETAIL_BYTES_MAX, DetailsDestroyed, Owner, Vault
from turnout.core.board import Call, Incident, PersonCard
from turnout.core.incidents.entries import OWN_KEY
from turnout.core.limits import Id
from turnout.core.refusals import UnknownCall, UnknownIncident
from turnout.core.retention.matters import CallRecord
from turnout.core.reveals.policy import Matter, matter_of_call, matter_of_incident
from turnout.core.tables.commands import NoteDetailsOpened
from turnout.desk.access import Principal
from turnout.edge.answers import Declined, declined
from turnout.edge.counter import Counter, refused, why_unstorable
from turnout.edge.looking_up import LookUp
from turnout.edge.revealing import Revealing
from turnout.words.identity import CallId, IncidentId

FIELD: Final = "person"
Said = Annotated[str, msgspec.Meta(max_length=2_000)]
"""One detail: a name, a number, an address, a medical remark."""

FIELDS_MAX: Final = 20


class DetailsGiven(msgspec.Struct, frozen=True, kw_only=True):
    """Details of one person in one incident (or one call). `details` are named texts: `name`, `callback`, `address`."""

    incident_id: Id | None = None
    call_id: Id | None = None
    role: Literal["caller", "patient", "contact", "witness", "involved", "missing"] = "caller"
    details: Annotated[dict[Id, Said], msgspec.Meta(min_length=1, max_length=FIELDS_MAX)]
    person_id: Id | None = None


class DetailsShown(msgspec.Struct, frozen=True):
    person: PersonCard
    details: dict[str, str]
    seq: int
    """The journal row that says that you opened them."""


class CallerCard(msgspec.Struct, frozen=True):
    """By what a caller's card is named when it is to be erased alone. `incident`: where it is decided, if at all."""

    call: str
    incident: str
    person: PersonCard


class Details:
    def __init__(self, counter: Counter, look_up: LookUp, vault: Vault, revealing: Revealing) -> None:
        self._counter, self._look_up, self._vault, self._revealing = counter, look_up, vault, revealing

    async def keep(self, who: Principal, given: DetailsGiven) -> PersonCard | Declined:
        """Seal the details, under a key of their own; the card that is to go into a command."""
        unstorable = why_unstorable(given)
        if unstorable is not None:
            return unstorable
        owner = self._owner(given)
        body = msgspec.json.encode(given.details)
        if owner is None or len(body) > DETAIL_BYTES_MAX:
            return declined("malformed", problem="an incident or a call is needed", field="incident_id, call_id")
        if given.incident_id is not None:
            row = await self._look_up.find(who, given.incident_id)
            if row is None and given.incident_id in self._counter.board.incidents:
                return refused(UnknownIncident(incident=given.incident_id))
        person = given.person_id or str(uuid.uuid4())
        try:
            kept = await self._vault.put(owner, FIELD, body, f"{OWN_KEY}{uuid.uuid4().hex}", alone=True)
        except DetailsDestroyed:
            return declined("details-destroyed")
        return PersonCard(id=person, role=given.role, ref=kept.ref, digest=kept.sha256)

    async def open(self, who: Principal, called: str, person: str, purpose: str) -> DetailsShown | Declined:
        """The details, once it is on record who opens them and why."""
        if "persons" in who.hidden:
            return declined("field-hidden", field="persons")
        if not purpose.strip():
            return declined("purpose-needed")
        incident = await self._look_up.find(who, called)
        if incident is None:
            return refused(UnknownIncident(incident=called))
        calls = await self._calls(incident)
        found = _card(incident, calls, person)
        if found is None:
            return declined("unknown-person")
        owner, card = found
        noted = NoteDetailsOpened(incident_id=incident.id, person_id=card.id, ref=card.ref)
        gone = tuple(one for one in calls if isinstance(one, CallRecord))
        return await self._show(who, noted, owner, card, purpose, matter_of_incident(incident, gone))

    async def open_of_call(self, who: Principal, call_id: str, purpose: str) -> DetailsShown | Declined:
        """The caller's details of one call (1.10, 1.20), whether it concerns an incident or not."""
        if "persons" in who.hidden:
            return declined("field-hidden", field="persons")
        if not purpose.strip():
            return declined("purpose-needed")
        board = self._counter.board
        call = board.calls.get(CallId(call_id))
        if call is None:
            return await self._open_of_gone_call(who, call_id, purpose)
        if not who.sight.call(call, board):
            return refused(UnknownCall(call=call_id))
        if call.caller is None:
            return declined("unknown-person")
        noted = NoteDetailsOpened(call_id=call.id, person_id=call.caller.id, ref=call.caller.ref)
        return await self._show(who, noted, call.id, call.caller, purpose, matter_of_call(board, call))

    async def card_of_call(self, who: Principal, call_id: str) -> CallerCard | Declined:
        """The card itself, on the board or off it: nothing of the person, so nothing is opened."""
        board = self._counter.board
        call = board.calls.get(CallId(call_id))
        if call is not None and not who.sight.call(call, board):
            return refused(UnknownCall(call=call_id))
        found = call if call is not None else await self._look_up.find_gone_call(who, call_id)
        if found is None:
            return refused(UnknownCall(call=call_id))
        if found.caller is None:
            return declined("unknown-person")
        if found.incident and await self._look_up.find(who, found.incident) is None:
            return refused(UnknownCall(call=call_id))
        return CallerCard(found.id, found.incident or "", found.caller)

    async def _open_of_gone_call(self, who: Principal, call_id: str, purpose: str) -> DetailsShown | Declined:
        """One that became an incident's is asked about by that, on a ground of that."""
        call = await self._look_up.find_gone_call(who, call_id)
        if call is None:
            return refused(UnknownCall(call=call_id))
        if call.caller is None:
            return declined("unknown-person")
        if call.incident:
            return await self.open(who, call.incident, call.caller.ref, purpose)
        noted = NoteDetailsOpened(call_id=call.id, person_id=call.caller.id, ref=call.caller.ref)
        return await self._show(who, noted, CallId(call.id), call.caller, purpose, Matter(call=call))

    async def _show(
        self,
        who: Principal,
        noted: NoteDetailsOpened,
        owner: Owner,
        card: PersonCard,
        purpose: str,
        matter: Matter,
    ) -> DetailsShown | Declined:
        shown = await self._revealing.details(who, noted, owner, purpose, matter)
        return shown if isinstance(shown, Declined) else DetailsShown(card, shown.details, shown.seq)

    async def _calls(self, incident: Incident) -> list[Call | CallRecord]:
        """Those of an incident, on the board or off it."""
        board = self._counter.board
        gone = await self._look_up.gone_calls(incident)
        return [*(board.calls[id] for id in incident.calls if id in board.calls), *gone]

    def _owner(self, given: DetailsGiven) -> Owner | None:
        named = given.incident_id if given.incident_id is not None else given.call_id
        if named is None or named.startswith(OWN_KEY):  # the name of somebody's card
            return None
        return IncidentId(named) if given.incident_id is not None else CallId(named)


def _card(incident: Incident, calls: list[Call | CallRecord], person: str) -> tuple[Owner, PersonCard] | None:
    """The card and under whose key its details are: the incident's, or that of the call it came with."""
    of_calls = {call.caller.ref: (CallId(call.id), call.caller) for call in calls if call.caller is not None}
    for card in (*incident.persons, *incident.earlier_persons):
        if person in (card.id, card.ref) and not card.removed:
            came_with = of_calls.get(card.ref)
            return (came_with[0] if came_with is not None else incident.id), card
    return next((found for found in of_calls.values() if person in (found[1].id, found[1].ref)), None)
