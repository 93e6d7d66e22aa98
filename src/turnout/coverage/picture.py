"""What a look at the city's coverage says: how much of the demand is within reach, where it is not, who could fill in.

Shares are of the demand for help that a standard is about, 0 to 1: of calls foretold where the city ships a model of
them, else of ground. Never of persons.
"""

from typing import Literal

import msgspec

from turnout.words.identity import StationId, UnitId
from turnout.words.moment import Moment
from turnout.words.name import Name

WeightedBy = Literal["demand", "ground"]


class StandardCover(msgspec.Struct, frozen=True, kw_only=True):
    """One standard of the city: how much is within it. `travel_s` is driving time, turnout not counted (NFPA 1710)."""

    standard: str
    name: Name
    capability: str
    travel_s: int
    weighted_by: WeightedBy
    now: float
    """By units that are free, where they are."""
    soon: float
    """Once those that move up or go home have arrived."""
    usual: float
    """If every crew on duty stood at its own station."""


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """The area of a station that is usually reached in time, and of which a part is not now."""

    standard: str
    station: StationId
    lost: float
    """Share of the whole city's demand: reached with every crew at home, not reached now."""
    lost_soon: float
    """The same once those on the move have arrived."""
    within: float
    """Share of the area's own demand that is reached now."""


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that would best fill in at a station. Each is worth what it says after those before it."""

    standard: str
    unit: UnitId
    station: StationId
    before: float
    after: float
    usual: float
    drive_s: int
    """By road to the station, from where it is."""
    opens: StationId | None = None
    """The area that loses most by it, if any does."""
    opens_by: float = 0.0


class StationCover(msgspec.Struct, frozen=True, kw_only=True):
    """A station at a glance, as the wall shows it."""

    free: int
    all: int
    short_of: tuple[str, ...] = ()
    """Capabilities of which fewer are available than the city wants to stay (`keep_available`)."""
    gaps: tuple[str, ...] = ()
    """Standards that its area has lost."""


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    at: Moment
    seq: int
    """The record up to which the board was looked at."""
    standards: tuple[StandardCover, ...] = ()
    gaps: tuple[Gap, ...] = ()
    """Worst first."""
    moves: tuple[Move, ...] = ()
    """Best first."""
    stations: dict[StationId, StationCover] = {}
