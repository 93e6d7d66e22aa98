"""What the edge refuses before the rules are asked: places that cannot be meant. Values, as the core's refusals are."""

import msgspec

from turnout.core.no import No


class OfferedPlace(msgspec.Struct, frozen=True):
    """A place that may have been meant; `text` verifies to it."""

    text: str
    lat: float
    lon: float
    note: str = ""


class SwappedAxes(No, frozen=True, kw_only=True, tag="swapped-axes"):
    """Latitude and longitude are the wrong way round: the other way it lies in the city."""

    lat: float
    lon: float


class PlaceZero(No, frozen=True, kw_only=True, tag="place-zero"):
    """(0, 0): what a device without a fix says."""

    lat: float
    lon: float


class OutsideCity(No, frozen=True, kw_only=True, tag="outside-city"):
    lat: float
    lon: float
    km: int
    """From the city's bounds."""


class UnknownPlace(No, frozen=True, kw_only=True, tag="unknown-place"):
    """The gazetteer does not know it. `forced` takes it all the same, marked for follow-up (1.9)."""

    text: str
    nearest: tuple[OfferedPlace, ...] = ()


class AmbiguousPlace(No, frozen=True, kw_only=True, tag="ambiguous-place"):
    """It could be any of these; a person chooses."""

    text: str
    candidates: tuple[OfferedPlace, ...]


class ContradictoryPlace(No, frozen=True, kw_only=True, tag="contradictory-place"):
    """Its parts are known and contradict each other: a number that the street lacks, streets that never meet."""

    text: str
    reason: str
    facts: dict[str, str | int | float] = {}
    offers: tuple[OfferedPlace, ...] = ()


class PlaceTooLong(No, frozen=True, kw_only=True, tag="place-too-long"):
    """No place takes so many words; what is written of it goes to every screen with every change."""

    field: str
    length: int
    most: int


PlaceRefusal = SwappedAxes | PlaceZero | OutsideCity | UnknownPlace | AmbiguousPlace | ContradictoryPlace | PlaceTooLong
