"""The reasoned no to signal plans."""

from turnout.core.no import No


class PlansNotSimulated(No, frozen=True, kw_only=True, tag="plans-not-simulated"):
    """Nobody proposes what no simulation has compared with the plans in force."""

    district: str


class PlansMovedOn(No, frozen=True, kw_only=True, tag="plans-moved-on"):
    """Other plans have come into force since it was simulated: its figures say nothing about these."""

    district: str


class PlansFull(No, frozen=True, kw_only=True, tag="plans-full"):
    """So many proposals wait already, or so many districts have plans."""

    most: int
