"""What several routes are asked by, within what a store's column holds: a number beyond that is refused, not tried."""

from typing import Annotated, Final

from litestar.params import PathParameter, QueryParameter

from turnout.adapters.http.door import Asked
from turnout.adapters.http.problems import no
from turnout.words.moment import MOMENT_MAX

NUMBER_MAX: Final = 2**63 - 1
"""SQLite's INTEGER and PostgreSQL's bigint."""

Since = Annotated[int | None, QueryParameter(name="since", ge=0, le=MOMENT_MAX, description="At or after, ms UTC.")]
Until = Annotated[int | None, QueryParameter(name="until", ge=0, le=MOMENT_MAX, description="At or before, ms UTC.")]
Before = Annotated[
    int, QueryParameter(name="before", ge=0, le=NUMBER_MAX, description="Only older than this: the next page.")
]
After = Annotated[int, QueryParameter(name="after", ge=0, le=NUMBER_MAX, description="Only later rows: the next page.")]
Numbered = Annotated[int, PathParameter(ge=0, le=NUMBER_MAX)]
"""A row, a reveal or a version, by its number."""


def only_these(request: Asked, keys: frozenset[str]) -> None:
    """Refuse what else is asked by: a filter that is passed over would look like one that found nothing."""
    unknown = set(request.query_params) - keys
    if unknown:
        raise no("malformed", problem="not a filter of this log", field=min(unknown))
