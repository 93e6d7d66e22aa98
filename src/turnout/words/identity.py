"""Identities. All are strings; who makes them differs and is said here."""

from typing import NewType

CommandId = NewType("CommandId", str)
"""Made by whoever sends the command (a UUID). Sent again after a doubt, it is answered as before and done once."""

IncidentId = NewType("IncidentId", str)
"""Made by whoever opens the incident (a UUID, in the command). People use the board tag (`T03`) or the number."""

CallId = NewType("CallId", str)
"""Made by whoever takes the call in (a UUID, in the command)."""

UnitId = NewType("UnitId", str)
"""The call sign, from the city's tables: `E07`."""

StationId = NewType("StationId", str)
AgencyId = NewType("AgencyId", str)
ZoneId = NewType("ZoneId", str)
TimerId = NewType("TimerId", str)
"""Derived from what is timed, so that the same cause never starts two: `turnout/E07/<incident>`."""

ActorId = NewType("ActorId", str)
"""A person's account, a crew's terminal, or a part of the system (`clock`, `avl`)."""
