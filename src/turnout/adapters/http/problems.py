"""Every no as a problem document (RFC 9457) in the asker's language, whoever raised it."""

import logging
from collections.abc import Callable
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.exceptions import (
    ClientException,
    HTTPException,
    NotFoundException,
    ValidationException,
)
from litestar.status_codes import HTTP_413_REQUEST_ENTITY_TOO_LARGE, HTTP_500_INTERNAL_SERVER_ERROR

from turnout.adapters.http.assets import SECURITY
from turnout.adapters.http.sizes import BODY_BYTES_MAX
from turnout.desk.faults import Fault
from turnout.edge.answers import Declined, declined, declined_by_fault
from turnout.words.name import Language
from turnout.words.trouble import BadInput

log = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"

UNREADABLE: Final = "turnout_unreadable"
"""In the state of a request that is counted by the commands that it holds: what counts it when it holds none."""


class Problem(msgspec.Struct, frozen=True):
    """RFC 9457. `code` and `fields` are for programs, `title` and `detail` for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    fields: dict[str, Any] = {}
    override: bool = False
    """A person may do it anyway: the same command with a reason in `override`."""


class NotTaken(Exception):
    """Raised by a route to answer with a problem document."""

    def __init__(self, declined: Declined) -> None:
        super().__init__(declined.code)
        self.declined = declined


def no(code: str, **fields: Any) -> NotTaken:
    """One of the edge's own nos, to be raised."""
    return NotTaken(declined(code, **fields))


def language_of(headers: Any) -> Language:
    """The first language of Accept-Language that we speak; English where none is."""
    for part in str(headers.get("accept-language", "")).split(","):
        tag = part.partition(";")[0].strip().lower()
        if tag.startswith("zh"):
            return "zh-CN"
        if tag.startswith("en"):
            return "en"
    return "en"


def problem_response(answer: Declined, language: Language) -> Response[bytes]:
    problem = Problem(
        type=f"/problems/{answer.code}",
        title=answer.code.replace("-", " "),
        status=answer.status,
        detail=answer.text.spoken(language),
        code=answer.code,
        fields=answer.fields,
        override=answer.override,
    )
    headers = {"content-language": language, "cache-control": "no-store"}
    headers |= {name.decode(): value.decode() for name, value in SECURITY}
    if answer.retry_after_s:
        headers["retry-after"] = str(answer.retry_after_s)
    return Response(msgspec.json.encode(problem), status_code=answer.status, media_type=PROBLEM_JSON, headers=headers)


Asked = Request[Any, Any, Any]


NotedNo = Callable[[Asked, Declined], None]


def on_not_taken(note: NotedNo) -> Callable[[Asked, NotTaken], Response[bytes]]:
    """`note` is told of each no, for the log of the door."""

    def answer(request: Asked, trouble: NotTaken) -> Response[bytes]:
        note(request, trouble.declined)
        return problem_response(trouble.declined, language_of(request.headers))

    return answer


def on_fault(request: Asked, trouble: Fault) -> Response[bytes]:
    return problem_response(declined_by_fault(trouble), language_of(request.headers))


def on_unreadable(note: NotedNo) -> Callable[[Asked, Any], Response[bytes]]:
    """What our decoders or the framework refuse. The framework decodes a body before our own decoders see it."""

    def answer(request: Asked, trouble: BadInput | UnicodeDecodeError | HTTPException) -> Response[bytes]:
        said = _too_many(request) or _unreadable(request, trouble)
        note(request, said)
        return problem_response(said, language_of(request.headers))

    return answer


def _unreadable(request: Asked, trouble: BadInput | UnicodeDecodeError | HTTPException) -> Declined:
    match trouble:
        case BadInput():
            return declined("malformed", problem=trouble.what, field=trouble.where or "body")
        case UnicodeDecodeError():
            return declined("malformed", problem=str(trouble), field="body")
        case HTTPException():
            return _of_framework(request, trouble)


def _too_many(request: Asked) -> Declined | None:
    """A request that cannot be read counts like one that can."""
    count: Callable[[], Declined | None] | None = (request.scope.get("state") or {}).get(UNREADABLE)
    return count() if count is not None else None


def on_bug(request: Asked, trouble: Exception) -> Response[bytes]:
    """The process edge: a bug in a route must not end the server, and its sender must get an answer."""
    log.error("%s %s failed", request.method, route_of(request), exc_info=trouble)
    return problem_response(declined("bug-found"), language_of(request.headers))


def route_of(request: Asked) -> str:
    """For the log: with the names of what a caller puts there, not what was put there."""
    return str(request.scope.get("path_template") or "")


def _of_framework(request: Asked, trouble: HTTPException) -> Declined:
    if isinstance(trouble, NotFoundException):
        return declined("not-found", path=request.url.path)
    if trouble.status_code == HTTP_413_REQUEST_ENTITY_TOO_LARGE:
        return declined("too-large", most=BODY_BYTES_MAX)
    if isinstance(trouble, ValidationException) and isinstance(trouble.extra, list) and trouble.extra:
        first = trouble.extra[0]
        field = ".".join(part for part in (str(first.get("source", "")), str(first.get("key", ""))) if part)
        return declined("malformed", problem=str(first.get("message", "")), field=field)
    if isinstance(trouble, ClientException) and trouble.status_code == 400:
        return declined("malformed", problem=trouble.detail, field="body")
    if trouble.status_code >= HTTP_500_INTERNAL_SERVER_ERROR:
        log.error("%s %s failed", request.method, route_of(request), exc_info=trouble)
        return declined("bug-found")
    return msgspec.structs.replace(
        declined("malformed", problem=trouble.detail, field=request.url.path), status=trouble.status_code
    )
