"""The reasoned no to signal plans."""

from turnout.core.no import No


class PlansNotSimulated(No, frozen=True, kw_only=True, tag="plans-not-simulated"):
    """Nobody proposes what no simulation has compared with the plans in force."""

    district: str


class PlansNotRun(No, frozen=True, kw_only=True, tag="plans-not-run"):
    """The set changes a plan that ran in none of its simulations: their figures say nothing about that plan."""

    district: str
    junction: str
    plan: str


class DistrictNotRead(No, frozen=True, kw_only=True, tag="district-not-read"):
    """Whether it is still what was simulated cannot be said."""

    district: str


class PlansMovedOn(No, frozen=True, kw_only=True, tag="plans-moved-on"):
    """Other plans or other files than were simulated, or than were looked at."""

    district: str


class PlansFull(No, frozen=True, kw_only=True, tag="plans-full"):
    """So many proposals wait already, or so many districts have plans."""

    most: int
