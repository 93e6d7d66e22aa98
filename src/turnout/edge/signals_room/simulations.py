"""What simulations found, kept by digest; and what a proposal may say of it: only what stands there."""

import hashlib
from typing import Final

import msgspec
from msgspec.structs import replace

from turnout.core.plans.commands import ProposePlans
from turnout.core.plans.matters import PlanOfJunction, ProposedFigure, SimulatedPeriod
from turnout.edge.signals_room.ports import Bodies
from turnout.signals.districts.results import Period, SimulateResult
from turnout.signals.districts.work import Simulated

PLANS: Final = "plans/"
SIMULATIONS: Final = "simulations/"


class KeptSimulation(msgspec.Struct, frozen=True):
    district: str
    result: msgspec.Raw


_simulated: Final[msgspec.json.Decoder[Simulated]] = msgspec.json.Decoder(Simulated)
_kept: Final[msgspec.json.Decoder[KeptSimulation]] = msgspec.json.Decoder(KeptSimulation)
_result: Final[msgspec.json.Decoder[SimulateResult]] = msgspec.json.Decoder(SimulateResult)
_encode: Final = msgspec.json.Encoder().encode


class Simulations:
    """Over the store of a city. Faults of the store are raised."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies

    async def take(self, district: str, body: bytes) -> tuple[msgspec.Raw, str]:
        """Keep what a worker found: the plans by their digest, district and result by theirs, which is returned."""
        found = _simulated.decode(body)
        plans, result = bytes(found.plans), bytes(found.result)
        digest = sha256(plans)
        assert _result.decode(result).digest == digest, "a worker digests what it gives"
        await self._bodies.keep(PLANS + digest, plans)
        kept = _encode(KeptSimulation(district, found.result))
        simulation = sha256(kept)
        await self._bodies.keep(SIMULATIONS + simulation, kept)
        return found.result, simulation

    async def find_plans(self, digest: str) -> bytes | None:
        """A whole set of plans as JSON; None where it is lost, or is not what it was kept as."""
        body = await self._bodies.find(PLANS + digest)
        return body if body is not None and sha256(body) == digest else None

    async def find_result(self, simulation: str) -> msgspec.Raw | None:
        kept = await self._find(simulation)
        return kept.result if kept is not None else None

    async def _find(self, simulation: str) -> KeptSimulation | None:
        body = await self._bodies.find(SIMULATIONS + simulation)
        return _kept.decode(body) if body is not None and sha256(body) == simulation else None

    async def fill(self, command: ProposePlans) -> ProposePlans:
        """With the figures of its simulation; without any where there is none of this district."""
        kept = await self._find(command.simulation)
        if kept is None or kept.district != command.district:
            return replace(command, digest="", over="", seeds=0, figures=(), not_run=None)
        result = _result.decode(bytes(kept.result))
        figures = tuple(
            ProposedFigure(
                figure=pair.figure,
                before=pair.before.mean,
                after=pair.after.mean,
                change=pair.change.mean,
                low=pair.change.low,
                high=pair.change.high,
            )
            for pair in result.pairs
        )
        left = next((each for each in result.changed if each not in result.ran), None)
        return replace(
            command,
            digest=result.digest,
            over=result.state,
            seeds=result.seeds,
            figures=figures,
            period=_period(result.period),
            never_entered=(result.before.never_entered, result.after.never_entered),
            teleports=(result.before.teleports, result.after.teleports),
            not_run=PlanOfJunction(left.junction, left.plan) if left is not None else None,
        )


def _period(asked: Period | None) -> SimulatedPeriod | None:
    if asked is None:
        return None
    return SimulatedPeriod(asked.day, int(asked.since[:2]) * 60 + int(asked.since[3:]))


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
