"""The schema's forward steps, as numbered SQL files: one way for SQLite files and for PostgreSQL (decision 0120)."""

from pathlib import Path

from turnout.desk.faults import StorageFailed

SCHEMA_PLACES = (Path(__file__).parents[2] / "schema", Path(__file__).parents[4] / "schema")
"""Inside the installed package, or at the root of a clone."""


def schema_steps(of: str) -> list[str]:
    """The SQL of every step of `of` ("journal", "vault", "postgres/journal"), oldest first."""
    for place in SCHEMA_PLACES:
        files = sorted((place / of).glob("[0-9][0-9][0-9][0-9]-*.sql"))
        if files:
            return [file.read_text(encoding="utf-8") for file in files]
    raise StorageFailed(f"the schema steps of {of} are in none of {[str(place) for place in SCHEMA_PLACES]}")
