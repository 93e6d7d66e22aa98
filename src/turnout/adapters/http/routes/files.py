"""Files of incidents: taken in as the raw body of a request, shown by a ticket, whole or by one range."""

import re
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Stream

from turnout.adapters.http.door import AS_BYTES, TheEdge, Who, want
from turnout.adapters.http.problems import NotTaken
from turnout.adapters.http.routes.records import MAY_LOOK
from turnout.audit.files import FILE_BYTES_MAX
from turnout.core.limits import Line
from turnout.edge.answers import Declined
from turnout.edge.file_desk import FileGiven, FileKept, FileTicket, MediaKind, OpenFile
from turnout.edge.file_kinds import KINDS
from turnout.words.moment import MOMENT_MAX, Moment

BODY_BYTES_MAX: Final = FILE_BYTES_MAX + 1
"""One more than is taken, so that it is we who refuse, in words."""

SAFE: Final = {
    "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-store",
    "accept-ranges": "bytes",
}
"""Nothing in a file may run, be framed, be kept by a cache or be read by another site."""

RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)$")

Asked = Request[Any, Any, Any]
Kind = Annotated[MediaKind, QueryParameter(name="kind")]
When = Annotated[
    int | None, QueryParameter(name="at", ge=0, le=MOMENT_MAX, description="When it was taken or began, ms UTC.")
]
Until = Annotated[
    int | None, QueryParameter(name="until", ge=0, le=MOMENT_MAX, description="When a recording ended, ms UTC.")
]
Note = Annotated[str, QueryParameter(name="note", max_length=500)]
MediaId = Annotated[str, QueryParameter(name="id", max_length=64, description="Its identity; a UUID is best.")]


class FileOpening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why it is opened: recorded before it is shown."""

    purpose: Line


@post("/incidents/{called:str}/files", status_code=201, request_max_body_size=BODY_BYTES_MAX, opt={AS_BYTES: True})
async def keep_file(
    called: FromPath[str],
    request: Asked,
    who: Who,
    edge: TheEdge,
    kind: Kind,
    at: When = None,
    until: Until = None,
    note: Note = "",
    media_id: MediaId = "",
) -> FileKept:
    """Add a file: its bytes are the body, its type is `Content-Type`. Sealed under the incident's key as it arrives."""
    want(who, "calls", "dispatch", "field")
    given = FileGiven(
        kind=kind,
        content_type=request.headers.get("content-type", ""),
        media_id=media_id,
        at=None if at is None else Moment(at),
        until=None if until is None else Moment(until),
        note=note,
    )
    kept = await edge.files.keep(who, called, given, request.stream())
    if isinstance(kept, Declined):
        raise NotTaken(kept)
    return kept


@post("/incidents/{called:str}/files/{media_id:str}/open", status_code=200)
async def open_file(
    called: FromPath[str], media_id: FromPath[str], data: JSONBody[FileOpening], who: Who, edge: TheEdge
) -> FileTicket:
    """A ticket for one file. Who, when and why is on record before it is given."""
    want(who, *MAY_LOOK)
    ticket = await edge.files.open(who, called, media_id, data.purpose)
    if isinstance(ticket, Declined):
        raise NotTaken(ticket)
    return ticket


@get("/files/{ticket:str}")
async def read_file(ticket: FromPath[str], request: Asked, who: Who, edge: TheEdge) -> Stream:
    """The file that a ticket stands for, whole or by one range (RFC 9110, section 14)."""
    opened = edge.files.find(who, ticket)
    if isinstance(opened, Declined):
        raise NotTaken(opened)
    first, end, is_part = _wanted(request.headers.get("range", ""), opened.size_bytes)
    content = await edge.files.read(opened, first, end)
    if isinstance(content, Declined):
        raise NotTaken(content)
    headers = SAFE | {"content-disposition": _disposition(opened), "content-length": str(end - first)}
    if is_part:
        headers["content-range"] = f"bytes {first}-{end - 1}/{opened.size_bytes}"
    return Stream(
        content,
        status_code=206 if is_part else 200,
        media_type=opened.media.mime,
        headers=headers,
    )


def _wanted(header: str, size: int) -> tuple[int, int, bool]:
    """(first, end, whether it is a part). What cannot be understood or met is answered whole."""
    found = RANGE.fullmatch(header.strip())
    if found is None or found.group(1) == found.group(2) == "":
        return 0, size, False
    if found.group(1) == "":
        return max(0, size - int(found.group(2))), size, True
    first = int(found.group(1))
    end = min(size, int(found.group(2)) + 1) if found.group(2) else size
    return (first, end, True) if first < end else (0, size, False)


def _disposition(opened: OpenFile) -> str:
    """A name of ours: the sender's own could hold a person's."""
    kind = KINDS[opened.media.mime]
    name = f"{opened.media.kind}-{opened.media.ref[:8]}.{kind.suffix}"
    return f'{"inline" if kind.inline else "attachment"}; filename="{name}"'


ROUTES = [keep_file, open_file, read_file]
