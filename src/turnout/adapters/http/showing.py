"""What was said and seen is opened in an answer as it leaves, whatever route made it (decision 0205)."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

import msgspec
from litestar import Response
from litestar.response import Stream
from litestar.serialization import encode_json

from turnout.edge.texts import Texts
from turnout.words.sealed_text import MARK_BYTES

JSON: Final = "application/json"
OF_JSON: Final = (msgspec.Struct, dict, list, tuple)

opening: ContextVar[Callable[[], Texts]] = ContextVar("opening")
"""Of the edge that is asked; set at the door. The framework keeps a handler's `after_request` for every application
that has the handler, so it cannot be bound to one."""


async def show(response: Response[Any]) -> Response[Any]:
    """For `after_request`: before the answer is packed, and with time to fetch the keys."""
    content = getattr(response, "content", None)
    if isinstance(response, Stream) or not isinstance(content, (bytes, *OF_JSON)):
        return response
    if isinstance(content, bytes) and response.media_type != JSON:
        return response  # a page or a picture: whoever made it opened what it shows
    body = content if isinstance(content, bytes) else encode_json(content)
    response.content = await opening.get()().open_json(body) if MARK_BYTES in body else body
    return response
