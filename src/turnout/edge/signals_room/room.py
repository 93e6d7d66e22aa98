"""The engineers' room (15.1–15.3): districts read, plans checked, coordinated, simulated, proposed; beside the desk.

Nothing of a district is decoded here: questions and answers pass through as bytes, and processes of the lowest priority
do the work. What a person decides goes to the desk as a command like any other.
"""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

import msgspec

from turnout.core.board import Board
from turnout.core.events import Event
from turnout.core.plans.commands import ProposePlans, ReleasePlans
from turnout.core.plans.events import PlansRefused, PlansReleased, PlansWithdrawn
from turnout.core.plans.matters import PlanOfJunction, ProposedPlans, SimulatedRun
from turnout.core.plans.rules import find_proposal, in_force
from turnout.desk.faults import Busy
from turnout.edge.answers import Declined, declined
from turnout.edge.signals_room.asking import Asking
from turnout.edge.signals_room.jobs import Job, Jobs
from turnout.edge.signals_room.simulations import Simulations
from turnout.records.incidents import ActsAsked, IncidentRecords
from turnout.signals.districts.folder import DISTRICTS_MAX, FOLDER, HEAD, PUT, list_districts
from turnout.signals.districts.proposals import ProposalCard, Proposals, ProposalState, RunCard
from turnout.signals.districts.results import KINDS, JobCard, JobKind, JobTaken, RunFigures
from turnout.signals.districts.shapes import DistrictCard
from turnout.signals.districts.work import Answer, Kind, Work
from turnout.signals.file_trouble import unread
from turnout.words.name import Name
from turnout.words.trouble import BadInput

NAME: Final = re.compile(r"[\w][\w.\-]{0,63}")
"""Of a district: the name of its folder, and nothing that leads elsewhere."""
NAME_BYTES_MAX: Final = 200
"""Below what a file system takes."""
CLOSED_MAX: Final = 200
"""Proposals that are decided, newest first."""
PASSING: Final = ("room-busy", "work-cut-off", "worker-lost")
"""What is wrong with the processes beside the desk, and not with a district."""
DECIDED: Final = ("plans-released", "plans-refused", "plans-withdrawn")

_encode: Final = msgspec.json.Encoder().encode
Asked = Literal["check", "periods", "arterials", "bands"]


class DistrictsShown(msgspec.Struct, frozen=True, kw_only=True):
    """As `shapes.Districts`, with cards as the worker gave them."""

    districts: list[msgspec.Raw]
    can_run: bool
    can_adapt: bool
    kinds: tuple[str, ...] = tuple(KINDS.values())


class ProposalShown(msgspec.Struct, frozen=True, kw_only=True):
    """As `proposals.ProposalShape`."""

    card: ProposalCard
    plans: msgspec.Raw
    simulations: list[msgspec.Raw]


class _Force(msgspec.Struct, frozen=True):
    """What is in force in a district: the set, the proposal that it came from, and whether it is lost."""

    plans: bytes = b""
    released: str = ""
    lost: bool = False


class SignalsRoom:
    def __init__(
        self,
        board: Callable[[], Board],
        records: IncidentRecords,
        city: Path,
        simulations: Simulations,
        reading: Asking,
        coordinating: Asking,
        jobs: Jobs,
        *,
        has_sumo: Callable[[], bool],
        has_library: Callable[[], bool],
        has_room: Callable[[], bool],
    ) -> None:
        """`city`: its folder. `has_sumo`, `has_library` (for our control) look at files: they are called in a thread.

        `has_room`: on the disk, for what can wait.
        """
        self._board, self._records, self._city = board, records, city
        self.simulations, self._reading, self._coordinating, self.jobs = simulations, reading, coordinating, jobs
        self._has_sumo, self._has_library, self._has_room = has_sumo, has_library, has_room
        self._cards: dict[str, tuple[object, msgspec.Raw]] = {}

    async def run(self) -> None:
        """Until cancelled."""
        await self.jobs.run()

    async def stop(self) -> None:
        for part in (self._reading, self._coordinating, self.jobs):
            await part.stop()

    async def districts(self) -> bytes | Declined:
        """Every folder of a district, those that cannot be read too."""
        try:
            folders = await asyncio.to_thread(list_districts, self._city)
        except BadInput as trouble:
            broken = _broken_card(FOLDER, trouble.said)
            return _encode(DistrictsShown(districts=[broken], can_run=False, can_adapt=False))
        cards: list[msgspec.Raw] = []
        for folder in folders:
            card = await self._card(folder)
            if isinstance(card, Declined):
                return card
            cards.append(card)
        can_run = await asyncio.to_thread(self._has_sumo)
        can_adapt = can_run and await asyncio.to_thread(self._has_library)
        return _encode(DistrictsShown(districts=cards, can_run=can_run, can_adapt=can_adapt))

    async def _card(self, folder: Path) -> msgspec.Raw | Declined:
        """Where it cannot be asked now, as it was; declined where it was never read: that says nothing of its files."""
        try:
            mark = await asyncio.to_thread(_mark, folder)
        except OSError as trouble:
            return _broken_card(folder.name, unread(trouble, folder.name, PUT).named)
        kept = self._cards.get(folder.name)
        if kept is not None and kept[0] == mark:
            return kept[1]
        answer = await self._reading.ask(Work(kind="card", folder=str(folder)))
        if isinstance(answer, Declined) and answer.code in PASSING:
            return kept[1] if kept is not None else answer
        if isinstance(answer, Declined):
            return _broken_card(folder.name, answer.text)
        if len(self._cards) >= DISTRICTS_MAX:
            self._cards.clear()
        self._cards[folder.name] = mark, msgspec.Raw(answer.body)
        return msgspec.Raw(answer.body)

    async def district(self, district: str) -> bytes | Declined:
        return await self._ask(self._reading, district, "district")

    async def plans_file(self, district: str) -> bytes | Declined:
        """The plans in force as the plain file."""
        return await self._ask(self._reading, district, "plans-file")

    async def asked(self, district: str, kind: Asked, ask: bytes) -> bytes | Declined:
        """`ask`: as it came. What is answered while a person types has another process than `bands`."""
        asking = self._coordinating if kind == "bands" else self._reading
        return await self._ask(asking, district, kind, ask)

    async def _ask(self, asking: Asking, district: str, kind: Kind, ask: bytes = b"") -> bytes | Declined:
        work = await self._work(district, kind, ask)
        answer = work if isinstance(work, Declined) else await asking.ask(work)
        return answer if isinstance(answer, Declined) else answer.body

    async def _work(self, district: str, kind: Kind, ask: bytes) -> Work | Declined:
        if not NAME.fullmatch(district) or len(district.encode()) > NAME_BYTES_MAX:
            return declined("unknown-district", district=district[:64])
        folder = self._city / FOLDER / district
        if not await asyncio.to_thread((folder / HEAD).is_file):
            return declined("unknown-district", district=district)
        force = await self._in_force(district)
        return Work(
            kind=kind,
            folder=str(folder),
            ask=ask,
            plans=force.plans,
            released=force.released,
            lost=force.lost,
        )

    async def _in_force(self, district: str) -> _Force:
        row = self._board().district_plans.get(district)
        if row is None or row.released is None:
            return _Force()
        plans = await self.simulations.find_plans(row.released.digest)
        if plans is None:
            return _Force(lost=True)
        return _Force(plans, row.released.proposal)

    async def put_job(self, district: str, asked: bytes) -> JobTaken | Declined:
        """`asked`: as it came. A bad one is told at once: another process than the jobs' says of which kind it is."""
        read = await self._reading.ask(Work(kind="job", ask=asked))
        if isinstance(read, Declined):
            return read
        kind = msgspec.json.decode(read.body, type=JobKind)
        if kind in ("simulate", "adapt") and not await asyncio.to_thread(self._has_sumo):
            return declined("no-sumo")
        if kind == "adapt" and not await asyncio.to_thread(self._has_library):
            return declined("no-libsumo")
        if not self._has_room():
            return declined("storage-full")
        work = await self._work(district, kind, asked)
        if isinstance(work, Declined):
            return work
        if work.lost:
            return declined("plans-lost", district=district)

        async def taken(found: Answer) -> tuple[msgspec.Raw, str]:
            return await self.simulations.take(district, found)

        job = self.jobs.put(district, kind, work, taken if kind == "simulate" else None)
        return JobTaken(job.id) if isinstance(job, Job) else job

    def job(self, job_id: str) -> JobCard | Declined:
        job = self.jobs.find(job_id)
        return job.card if job is not None else declined("unknown-job", job=job_id[:64])

    async def cancel(self, job_id: str) -> JobCard | Declined:
        job = self.jobs.find(job_id)
        if job is None:
            return declined("unknown-job", job=job_id[:64])
        await self.jobs.cancel(job)
        return job.card

    async def fill(self, command: ProposePlans | ReleasePlans) -> ProposePlans | ReleasePlans:
        """With what the server knows: of its simulation, of the district as it is now, of the records."""
        if isinstance(command, ReleasePlans):
            proposal = find_proposal(self._board(), command.proposal_id)
            state, after = await self._state(proposal.district) if proposal is not None else ("", "")
            return msgspec.structs.replace(command, state=state, after=after)
        figures = await self._figures(command)
        state, after = await self._state(command.district) if figures is not None else ("", "")
        is_taken = any(card.id == command.proposal_id for card in await self._decided())
        return msgspec.structs.replace(_filled(command, figures, state), state=state, after=after, is_taken=is_taken)

    async def _figures(self, command: ProposePlans) -> list[RunFigures] | None:
        """None where one of its simulations is not found, or they are not of one set. Raises `Busy`."""
        found: list[RunFigures] = []
        left = b""
        for simulation in dict.fromkeys(command.simulations):
            result = await self.simulations.find_result(command.district, simulation)
            if result is None:
                return None
            answer = await self._reading.ask(Work(kind="figures", ask=result, plans=left, released=simulation))
            if isinstance(answer, Declined):
                if answer.code in PASSING:
                    raise Busy(answer.text.en)
                return None
            found.append(msgspec.json.decode(answer.body, type=RunFigures))
            left = answer.beside
        return found if len({each.digest for each in found}) == 1 else None

    async def _state(self, district: str) -> tuple[str, str]:
        """Of plans in force and files, and which proposal's plans those are. Empty: it cannot be read."""
        after = in_force(self._board(), district)
        work = await self._work(district, "state", b"")
        if isinstance(work, Declined) or work.lost or work.released != after:
            return "", after
        answer = await self._reading.ask(work)
        return ("" if isinstance(answer, Declined) else msgspec.json.decode(answer.body, type=str)), after

    async def _decided(self) -> list[ProposalCard]:
        """Newest first."""
        acts = await asyncio.to_thread(self._records.acts, ActsAsked(codes=DECIDED, most=CLOSED_MAX))
        board = self._board()
        return [card for _, event in acts if (card := _decided(event, board)) is not None]

    async def proposals(self) -> Proposals:
        """Each once, also one that is decided while the records are read."""
        board = self._board()
        decided = await self._decided()
        over = {(card.id, card.at) for card in decided}
        rows = board.district_plans.values()
        waiting = [card_of(each, "proposed", board) for row in rows for each in row.proposals]
        waiting = [card for card in waiting if (card.id, card.at) not in over]
        cards = sorted([*waiting, *decided], key=lambda card: -max(card.at, card.decided_at))
        return Proposals(tuple(cards))

    async def proposal(self, proposal_id: str) -> bytes | Declined:
        """With the set of plans and its simulation; a lost one is said, its card is in the list all the same."""
        waiting = find_proposal(self._board(), proposal_id)
        card = card_of(waiting, "proposed", self._board()) if waiting is not None else None
        if card is None:
            card = next((each for each in (await self.proposals()).proposals if each.id == proposal_id), None)
        if card is None:
            return declined("unknown-proposal", proposal=proposal_id[:64])
        plans = await self.simulations.find_plans(card.digest)
        results = [await self.simulations.find_result(card.district, run.simulation) for run in card.runs]
        found = [msgspec.Raw(each) for each in results if each is not None]
        if plans is None or len(found) < len(results):
            return declined("plans-lost", district=card.district)
        return _encode(ProposalShown(card=card, plans=msgspec.Raw(plans), simulations=found))


def _filled(command: ProposePlans, figures: list[RunFigures] | None, state: str) -> ProposePlans:
    """`over`: where they were simulated against several states, one that is not the district's now."""
    if figures is None:
        return msgspec.structs.replace(command, digest="", over="", runs=(), not_run=None)
    over = next((each.state for each in figures if each.state != state), state)
    left = figures[-1].left
    return msgspec.structs.replace(
        command,
        digest=figures[0].digest,
        over=over,
        runs=tuple(each.run for each in figures),
        not_run=PlanOfJunction(left.junction, left.plan) if left is not None else None,
    )


def card_of(proposal: ProposedPlans, state: ProposalState, board: Board) -> ProposalCard:
    row = board.district_plans.get(proposal.district)
    return ProposalCard(
        id=proposal.id,
        district=proposal.district,
        state=state,
        digest=proposal.digest,
        note=proposal.note,
        by=proposal.by,
        at=proposal.at,
        in_force=row is not None and row.released is not None and row.released.proposal == proposal.id,
        runs=tuple(map(_run_card, proposal.runs)),
    )


def _run_card(run: SimulatedRun) -> RunCard:
    return RunCard(
        simulation=run.simulation,
        period=run.period,
        never_entered=run.never_entered,
        teleports=run.teleports,
        change={each.figure: (each.change, each.low, each.high) for each in run.figures},
    )


def _decided(event: Event, board: Board) -> ProposalCard | None:
    match event:
        case PlansReleased():
            state: ProposalState = "released"
        case PlansRefused():
            state = "refused"
        case PlansWithdrawn():
            state = "withdrawn"
        case _:
            return None
    card = card_of(event.proposal, state, board)
    in_force = card.in_force and state == "released"
    return msgspec.structs.replace(
        card, decided_by=event.by, decided_at=event.at, reason=event.reason, in_force=in_force
    )


def _mark(folder: Path) -> object:
    """Of everything in the folder: another time or size, and it is read anew."""
    return tuple(sorted((each.name, (seen := each.lstat()).st_mtime_ns, seen.st_size) for each in folder.iterdir()))


def _broken_card(name: str, said: Name) -> msgspec.Raw:
    card = DistrictCard(id=name, name=Name(name, name), source="", licence="", attribution="", note=said, errors=1)
    return msgspec.Raw(_encode(card))
