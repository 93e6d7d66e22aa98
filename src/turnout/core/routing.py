"""Which dispatch group an incident goes to (1.15, 1.17). Pure; a person may route it elsewhere any time."""

from collections.abc import Sequence

from turnout.core.board import Location
from turnout.core.catalogue import Catalogue
from turnout.words.identity import AgencyId, ZoneId


def group_of(tables: Catalogue, agencies: Sequence[AgencyId], location: Location) -> str:
    """The group of a zone there that belongs to the lead agency, else of any zone, else of the lead agency itself.

    Empty when the tables name none: everybody then sees it.
    """
    lead = agencies[0] if agencies else None
    zones = [tables.zones[ZoneId(id)] for id in location.zones.values() if id in tables.zones]
    grouped = [zone for zone in zones if zone.group]
    for zone in grouped:
        if zone.agency == lead:
            return zone.group
    for zone in grouped:
        if zone.agency is None:
            return zone.group
    for group in tables.groups.values():
        if lead in group.agencies:
            return group.id
    return ""
