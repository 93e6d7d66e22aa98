"""Giving incidents to records systems (4.9, 9.3): one document on demand, or an agency's feed, read and acknowledged.

The feed is delivered at least once: what was not acknowledged is there again at the next question. Acknowledging is
in the journal, with who did it. Nothing ever comes back the other way.
"""

import asyncio
import uuid

import msgspec

from turnout.core.incidents.transfer import TransferDocument, TransferredPerson, document_of
from turnout.core.refusals import AgencyNotOnIncident, UnknownCode, UnknownIncident
from turnout.core.tables.commands import NoteTransfersTaken
from turnout.desk.access import Principal
from turnout.edge.answers import Declined, declined
from turnout.edge.counter import Counter, refused
from turnout.edge.details import Details
from turnout.edge.looking_up import LookUp
from turnout.edge.message_log import MessageLog
from turnout.records.incidents import IncidentRecords
from turnout.records.transfers import PAGE_MAX, TransferEntry
from turnout.words.identity import AgencyId
from turnout.words.moment import Moment


class Transferred(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a feed. The document shows the incident as it stands now, which may be later than the entry."""

    n: int
    seq: int
    at: Moment
    cause: str
    incident: str
    document: TransferDocument | None


class TransferPage(msgspec.Struct, frozen=True, kw_only=True):
    """`n` goes up by one from entry to entry. `taken`: acknowledged so far; `last`: the newest there is."""

    agency: str
    entries: tuple[Transferred, ...]
    last: int
    taken: int


class Transfers:
    def __init__(
        self,
        counter: Counter,
        look_up: LookUp,
        records: IncidentRecords,
        details: Details,
        messages: MessageLog | None = None,
    ) -> None:
        self._counter, self._look_up, self._records, self._details = counter, look_up, records, details
        self._messages = messages

    async def document(self, who: Principal, called: str, agency: str, purpose: str) -> TransferDocument | Declined:
        """For `agency`, else for the asker's own on it, else for the lead. With a purpose: people's details too."""
        incident = await self._look_up.find(who, called)
        if incident is None:
            return refused(UnknownIncident(incident=called))
        own = [one for one in incident.agencies if one in who.actor.agencies]
        chosen = AgencyId(agency) if agency else (own or list(incident.agencies))[0]
        if chosen not in incident.agencies or not _may_see(who, chosen):
            return refused(AgencyNotOnIncident(agency=chosen, tag=incident.tag))
        document = document_of(self._counter.board, incident, chosen)
        self._note(who, chosen, document, incident.id)
        if not purpose.strip():
            return document
        persons: list[TransferredPerson] = []
        for person in document.persons:
            shown = await self._details.open(who, incident.id, person.id, purpose)
            if isinstance(shown, Declined) and shown.code != "details-destroyed":
                return shown
            details = None if isinstance(shown, Declined) else shown.details
            persons.append(msgspec.structs.replace(person, details=details))
        return msgspec.structs.replace(document, persons=tuple(persons))

    async def page(self, who: Principal, agency: str, after: int | None, limit: int) -> TransferPage | Declined:
        """What comes after entry `after`; without it, what has not been acknowledged."""
        no = self._refused(who, agency)
        if no is not None:
            return no
        marks = await asyncio.to_thread(self._records.transfer_marks, agency)
        begin = marks.taken if after is None else after
        entries = await asyncio.to_thread(self._records.transfers, agency, begin, min(limit, PAGE_MAX))
        shown = [await self._shown(who, entry) for entry in entries]
        return TransferPage(agency=agency, entries=tuple(shown), last=marks.last, taken=marks.taken)

    async def take(self, who: Principal, agency: str, upto: int) -> TransferPage | Declined:
        """The records system has everything up to entry `upto`. Again, or less, does nothing."""
        no = self._refused(who, agency)
        if no is not None:
            return no
        marks = await asyncio.to_thread(self._records.transfer_marks, agency)
        if upto > marks.last:
            return declined("transfer-not-offered", upto=upto, last=marks.last)
        if upto > marks.taken:
            noted = NoteTransfersTaken(agency=agency, upto=upto)
            answer = await self._counter.submit(who, str(uuid.uuid4()), noted, "", "")
            if isinstance(answer, Declined):
                return answer
        return TransferPage(agency=agency, entries=(), last=marks.last, taken=max(upto, marks.taken))

    async def _shown(self, who: Principal, entry: TransferEntry) -> Transferred:
        incident = await self._look_up.find(who, entry.incident)
        agency = AgencyId(entry.agency)
        document = None if incident is None else document_of(self._counter.board, incident, agency)
        self._note(who, agency, document, entry.incident, entry.seq)
        return Transferred(
            n=entry.n, seq=entry.seq, at=entry.at, cause=entry.cause, incident=entry.incident, document=document
        )

    def _note(
        self, who: Principal, agency: AgencyId, document: TransferDocument | None, incident: str, seq: int = 0
    ) -> None:
        if self._messages is not None and document is not None:
            self._messages.note_transfer(agency, str(who.actor.id), document, incident, seq)

    def _refused(self, who: Principal, agency: str) -> Declined | None:
        catalogue = self._counter.board.catalogue
        if catalogue is None or AgencyId(agency) not in catalogue.agencies or not _may_see(who, AgencyId(agency)):
            return refused(UnknownCode(kind="agency", value=agency))
        return None


def _may_see(who: Principal, agency: AgencyId) -> bool:
    return not who.actor.agencies or agency in who.actor.agencies
