"""Commands: one route for any of them, and one for each, described as made from the core's own union."""

import uuid
from typing import Annotated, Any, Final, get_args

import msgspec
from litestar import Request, Response, post
from litestar.exceptions import ClientException, NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter

from turnout.adapters.http.door import BY_COMMAND, COUNTED, FOR_LACKING, FOR_LOCKED, TheEdge, Who
from turnout.adapters.http.problems import NotTaken, no
from turnout.adapters.http.shapes import LineAnswered
from turnout.core.commands import Command
from turnout.core.limits import Code, Id, Line, Whole
from turnout.core.units.commands import RaiseDuress
from turnout.desk.access import INSIDE, Principal
from turnout.edge.answers import Accepted, Declined
from turnout.edge.edge import Edge, Focus, LineAsked

Purpose = Annotated[str, QueryParameter(name="purpose", max_length=500, description="Why, where it needs one.")]
At = Annotated[str, QueryParameter(name="position", max_length=64, description="The position that it is given at.")]
Key = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        max_length=64,
        description="The command's identity: sent again after a doubt it is answered as before and done once.",
    ),
]


LINE_OPT: Final = {COUNTED: BY_COMMAND}
OPT: Final = {**LINE_OPT, **FOR_LOCKED, **FOR_LACKING}
"""Whoever asks is let through to `_hand_in`: an emergency button is heard of everybody."""


class CommandAsked(msgspec.Struct, frozen=True):
    """Any command. `id` is its identity: the same again is answered as before, and done once."""

    id: Id
    command: Command
    purpose: Line = ""
    position: Code = ""


class CommandDone(msgspec.Struct, frozen=True):
    """The command is on the journal, as its rows `seq_from` to `seq_to`; an act with nothing to do has none."""

    seq_from: int
    seq_to: int
    repeated: bool
    outcome: dict[str, str]


async def _hand_in(edge: Edge, who: Principal, command_id: str, command: Any, purpose: str, at: str) -> CommandDone:
    if not isinstance(command, RaiseDuress):
        _refuse_kept_out(who)
    answer = await edge.counter.hand_in(who, command_id, command, purpose, at)
    if isinstance(answer, Declined):
        raise NotTaken(answer)
    return done(answer)


def _refuse_kept_out(who: Principal) -> None:
    if who.lacks_device:
        raise no("device-needed")
    if who.lacks_factor:
        raise no("two-factors-needed")
    if who.locked:
        raise no("session-locked")


def done(answer: Accepted) -> CommandDone:
    return CommandDone(answer.seq_from, answer.seq_to, answer.repeated, answer.outcome)


@post("/commands", status_code=200, opt=OPT)
async def give_command(data: JSONBody[CommandAsked], who: Who, edge: TheEdge) -> CommandDone:
    """Any command, by its tag `do`."""
    return await _hand_in(edge, who, data.id, data.command, data.purpose, data.position)


def _route(kind: type[msgspec.Struct]) -> HTTPRouteHandler:
    """`POST /commands/<do>` for one command: its own fields are the body."""
    tag = str(kind.__struct_config__.tag)

    async def give(
        data: Any, who: Who, edge: TheEdge, purpose: Purpose = "", at: At = "", key: Key = None
    ) -> CommandDone:
        return await _hand_in(edge, who, key or str(uuid.uuid4()), data, purpose, at)

    give.__annotations__["data"] = JSONBody[kind]  # type: ignore[misc, valid-type]
    give.__name__ = tag.replace("-", "_")
    give.__doc__ = kind.__doc__ or tag.replace("-", " ").capitalize()
    return post(f"/commands/{tag}", status_code=200, opt=OPT, operation_id=tag, summary=tag)(give)


class LineTyped(msgspec.Struct, frozen=True, kw_only=True):
    """A command line; `run` false only explains and completes it. `id` makes a repeat known."""

    text: Annotated[str, msgspec.Meta(max_length=10_000)]
    cursor: Whole | None = None
    focus: Focus | None = None
    run: bool = False
    id: Code = ""


@post("/line", status_code=200, opt=LINE_OPT, responses={200: ResponseSpec(LineAnswered, generate_examples=False)})
async def line(data: JSONBody[LineTyped], who: Who, edge: TheEdge) -> Response[bytes]:
    """The command line: every act of a dispatcher as one short line, explained, completed, run, taken back."""
    if edge.lines is None:
        raise no("no-gazetteer")
    asked = LineAsked(text=data.text, cursor=data.cursor, focus=data.focus or Focus(), run=data.run, id=data.id)
    answer = await edge.lines.answer(who, asked)
    if isinstance(answer, Declined):
        raise NotTaken(answer)
    return Response(msgspec.json.encode(answer), media_type="application/json")


def _from_outside() -> dict[str, type[msgspec.Struct]]:
    """Commands that may come from outside, by their tag."""
    tagged = {str(kind.__struct_config__.tag): kind for kind in get_args(Command)}
    return {tag: kind for tag, kind in tagged.items() if tag not in INSIDE}


KINDS: Final = _from_outside()


@post("/commands/{tag:str}", status_code=200, opt=OPT, include_in_schema=False)
async def give_one(
    tag: FromPath[str],
    request: Request[Any, Any, Any],
    who: Who,
    edge: TheEdge,
    purpose: Purpose = "",
    at: At = "",
    key: Key = None,
) -> CommandDone:
    """What the described routes do, one for each command. To make all of those takes a third of a second."""
    kind = KINDS.get(tag)
    if kind is None:
        raise NotFoundException
    try:
        command = msgspec.json.decode(await request.body(), type=kind)
    except msgspec.DecodeError as trouble:
        raise ClientException(str(trouble)) from trouble
    return await _hand_in(edge, who, key or str(uuid.uuid4()), command, purpose, at)


def command_routes(*, each: bool) -> list[HTTPRouteHandler]:
    """`each`: a route for every command that may come from outside, as the description has them."""
    return [give_command, line, *(map(_route, KINDS.values()) if each else (give_one,))]
