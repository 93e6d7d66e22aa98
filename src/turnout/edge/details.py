"""Personal details at the edge (charter 6, functions 1.7 and 1.11): into the vault, and out by the broker of reveals.

The journal has who opened whose details, when, where and why *before* they are shown. There is no list and no search:
whoever wants details names the incident and the card in it.
"""

import uuid
from typing import Annotated, Final, Literal

import msgspec

from turnout.audit.vault import DETAIL_BYTES_MAX, DetailsDestroyed, Owner, Vault
from turnout.core.board import Incident, PersonCard
from turnout.core.incidents.entries import OWN_KEY
from turnout.core.limits import Id
from turnout.core.refusals import UnknownCall, UnknownIncident
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
        found = self._card(incident, person)
        if found is None:
            return declined("unknown-person")
        owner, card = found
        noted = NoteDetailsOpened(incident_id=incident.id, person_id=card.id, ref=card.ref)
        return await self._show(who, noted, owner, card, purpose, incident)

    async def open_of_call(self, who: Principal, call_id: str, purpose: str) -> DetailsShown | Declined:
        """The caller's details of one call (1.10, 1.20), whether it concerns an incident or not."""
        if "persons" in who.hidden:
            return declined("field-hidden", field="persons")
        if not purpose.strip():
            return declined("purpose-needed")
        board = self._counter.board
        call = board.calls.get(CallId(call_id))
        if call is None or not who.sight.call(call, board):
            return refused(UnknownCall(call=call_id))
        if call.caller is None:
            return declined("unknown-person")
        noted = NoteDetailsOpened(call_id=call.id, person_id=call.caller.id, ref=call.caller.ref)
        return await self._show(who, noted, call.id, call.caller, purpose)

    async def _show(
        self,
        who: Principal,
        noted: NoteDetailsOpened,
        owner: Owner,
        card: PersonCard,
        purpose: str,
        record: Incident | None = None,
    ) -> DetailsShown | Declined:
        shown = await self._revealing.details(who, noted, owner, purpose, record)
        return shown if isinstance(shown, Declined) else DetailsShown(card, shown.details, shown.seq)

    def _card(self, incident: Incident, person: str) -> tuple[Owner, PersonCard] | None:
        """The card and under whose key its details are: the incident's, or that of the call it came with."""
        for card in (*incident.persons, *incident.earlier_persons):
            if person in (card.id, card.ref) and not card.removed:
                return self._owner_of(incident, card), card
        for call_id in incident.calls:
            call = self._counter.board.calls.get(call_id)
            if call is not None and call.caller is not None and person in (call.caller.id, call.caller.ref):
                return call.id, call.caller
        return None

    def _owner_of(self, incident: Incident, card: PersonCard) -> Owner:
        for call_id in incident.calls:
            call = self._counter.board.calls.get(call_id)
            if call is not None and call.caller is not None and call.caller.ref == card.ref:
                return call.id
        return incident.id

    def _owner(self, given: DetailsGiven) -> Owner | None:
        named = given.incident_id if given.incident_id is not None else given.call_id
        if named is None or named.startswith(OWN_KEY):  # the name of somebody's card
            return None
        return IncidentId(named) if given.incident_id is not None else CallId(named)
