"""Time zones by their names (IANA), as this machine knows them: the rules cannot look, so the doors do."""

from zoneinfo import ZoneInfo


def find_time_zone(name: str) -> ZoneInfo | None:
    """None: there is none of that name. `ZoneInfo` looks for a file of it, and each odd name fails in its own way."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
