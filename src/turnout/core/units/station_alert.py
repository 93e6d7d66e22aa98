"""A station that is alerted for an incident (2.5, 3.11, 3.12): by what means, what came of it, who answered.

After NFPA 1225 (public safety telecommunications), which asks that an alert be tracked until it is acknowledged, and
that there be a second way when the first fails.
"""

from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from turnout.words.identity import ActorId, StationId, UnitId
from turnout.words.moment import Moment

Channel = Literal["app", "station", "page", "sms", "voice", "radio"]
"""`station`: the station's own screen and speakers; `voice`: a telephone call that a dispatcher makes."""

ALERTS_MAX: Final = 200
"""Of stations for one incident: the largest alarms name some thirty stations, each alerted a few times."""


class StationAlert(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One attempt to alert one station. Sent, then delivered, then acknowledged; or failed; or no longer meant."""

    id: str
    """Unique within its incident: `ST07/1`."""
    station: StationId
    channel: Channel
    kind: Literal["dispatch", "pre"] = "dispatch"
    """`pre`: a warning before anybody is sent (3.12)."""
    units: tuple[UnitId, ...] = ()
    """Which of the station's units are to go; of a warning, none yet."""
    sent: Moment
    by: ActorId
    delivered: Moment | None = None
    delivered_by: ActorId | None = None
    acknowledged: Moment | None = None
    acknowledged_by: ActorId | None = None
    failed: str = ""
    """Why, as whoever was to deliver it says."""
    withdrawn: Moment | None = None
    """Of a warning: others were sent, or nobody. The station must be told, and is."""
    followed: Moment | None = None
    """Of a warning: the station's units were sent, by an alert of its own."""

    @property
    def warns(self) -> bool:
        """Whether it is a warning that still holds."""
        return self.kind == "pre" and self.withdrawn is None and self.followed is None

    @property
    def waits(self) -> bool:
        """Whether it calls for an answer that nobody has given."""
        return self.acknowledged is None and (self.kind == "dispatch" or self.warns)


Alerts = tuple[StationAlert, ...]


def newest_of(alerts: Alerts, station: StationId) -> StationAlert | None:
    """The last attempt to reach the station: the one that counts."""
    return next((alert for alert in reversed(alerts) if alert.station == station), None)


def stations_of(alerts: Alerts) -> tuple[StationId, ...]:
    return tuple(dict.fromkeys(alert.station for alert in alerts))


def settled(alerts: Alerts, at: Moment, sent: frozenset[StationId] = frozenset()) -> Alerts:
    """No warning holds any longer: those of the stations in `sent` are followed by an alert, the others withdrawn."""
    if not any(alert.warns for alert in alerts):
        return alerts
    return tuple(_settled(alert, at, sent) if alert.warns else alert for alert in alerts)


def _settled(alert: StationAlert, at: Moment, sent: frozenset[StationId]) -> StationAlert:
    return replace(alert, followed=at) if alert.station in sent else replace(alert, withdrawn=at)


def next_id(alerts: Alerts, station: StationId) -> str:
    """An identity that no alert of the incident has; the same when it is decided again."""
    taken = {alert.id for alert in alerts}
    number = 1 + sum(alert.station == station for alert in alerts)
    while f"{station}/{number}" in taken:
        number += 1
    return f"{station}/{number}"
