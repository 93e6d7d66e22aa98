"""The fallback kit for a browser's printer and for machines that keep a copy."""

import asyncio
from typing import Annotated, Final, Literal

from litestar import Response, get
from litestar.params import QueryParameter

from turnout.adapters.http.door import TheEdge, Who, want
from turnout.words.name import Language

InLanguage = Annotated[Literal["", "en", "zh-CN"], QueryParameter(name="language", description="Empty: your own.")]
HTML: Final = "text/html"
NOT_KEPT: Final = {"cache-control": "no-store"}


@get("/fallback/sheet")
async def sheet(who: Who, edge: TheEdge, language: InLanguage = "") -> Response[bytes]:
    """Open incidents, units, last places and telephone lists of this minute as one printable HTML file."""
    want(who, "read")
    spoken: Language = language or who.language
    body = await asyncio.to_thread(edge.fallback.sheet, spoken, who.sight)
    return Response(body, media_type=HTML, headers=NOT_KEPT)


@get("/fallback/forms")
async def forms(who: Who, edge: TheEdge, language: InLanguage = "") -> Response[bytes]:
    """Blank forms to go on with on paper, as one printable HTML file."""
    want(who, "read")
    return Response(edge.fallback.forms(language or who.language), media_type=HTML, headers=NOT_KEPT)


ROUTES = [sheet, forms]
