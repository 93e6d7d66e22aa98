"""Simulated watch rooms: a station's alert rings, somebody presses the key (3.11).

Two seconds to ring, and three to ten more until somebody answers: assumed, and well inside the measured turnout, whose
median is about a minute. Where a real screen has said that it rang, the answer is left to whoever stands before it.
"""

import heapq
import random
from collections.abc import Callable
from typing import Final

from turnout.city.simulated.deeds import Command, Deed
from turnout.city.simulated.seen import SeenAlert, SeenIncident

RINGS_AFTER_S: Final = 2.0
"""A real screen reports within a second and so comes first."""

ANSWERS_AFTER_S: Final = (3.0, 10.0)


class Stations:
    """All of them."""

    def __init__(self, mine: str, identity: Callable[[str], str], seed: int) -> None:
        self.mine, self.identity, self.seed = mine, identity, seed
        self._alerts: dict[tuple[str, str], SeenAlert] = {}
        self._diary: list[tuple[float, str, str, str]] = []

    def sees(self, incident: SeenIncident, now_s: float) -> None:
        for alert in incident.alerts:
            key = (incident.id, alert.id)
            if key not in self._alerts and alert.waits:
                chance = random.Random(f"{self.seed}/{incident.id}/{alert.id}")
                rings_s = now_s + RINGS_AFTER_S
                heapq.heappush(self._diary, (rings_s, *key, "delivered"))
                heapq.heappush(self._diary, (rings_s + chance.uniform(*ANSWERS_AFTER_S), *key, "acknowledged"))
            self._alerts[key] = alert

    def gone(self, incident_id: str) -> None:
        self._alerts = {key: alert for key, alert in self._alerts.items() if key[0] != incident_id}

    def advance(self, now_s: float) -> list[Deed]:
        """Everything that is told up to now."""
        deeds: list[Deed] = []
        while self._diary and self._diary[0][0] <= now_s:
            at_s, incident, alert_id, outcome = heapq.heappop(self._diary)
            alert = self._alerts.get((incident, alert_id))
            if alert is None or not alert.waits or alert.delivered_by not in (None, self.mine):
                continue
            if outcome == "delivered" and alert.delivered_by is not None:
                continue
            deeds.append(self._report(at_s, incident, alert, outcome))
        return deeds

    def _report(self, at_s: float, incident: str, alert: SeenAlert, outcome: str) -> Command:
        body = {
            "do": "report-alert",
            "incident_id": incident,
            "station": alert.station,
            "alert_id": alert.id,
            "outcome": outcome,
        }
        name = f"{incident}/{alert.id}/{outcome}"
        return Command(self.identity(name), f"{incident}/{alert.station}", body, at_s)
