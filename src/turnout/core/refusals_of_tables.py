"""The reasoned no to tables: none in force, others in force by now, or none that hold together (7.7)."""

from turnout.core.no import No


class NoTables(No, frozen=True, kw_only=True, tag="no-tables"):
    """No catalogue has been published yet."""


class TablesMoved(No, frozen=True, kw_only=True, tag="tables-moved"):
    """Somebody else has published since: what one was looking at is no longer in force."""

    seen: str
    version: str


class TablesInconsistent(No, frozen=True, kw_only=True, tag="tables-inconsistent"):
    """The catalogue names something that it does not hold."""

    where: str
    missing: str
