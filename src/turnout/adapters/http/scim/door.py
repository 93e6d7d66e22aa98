"""Where programs ask by SCIM: `/scim/v2`, for a token with the scope `provision` and nobody else.

Who asks is known before anything is read, and counted like everybody. A request has bounds (bytes, parameters, length
of a filter, operations of a patch), waits its turn in a bounded queue, and is worked on in a thread.
"""

import asyncio
import contextvars
import json
import logging
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

from scim2_models import (
    InvalidFilterException,
    InvalidSyntaxException,
    PatchOp,
    ResourceType,
    SCIMException,
    SearchRequest,
)
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.service import ScimService

from turnout.adapters.http.app import Receive, Scope, Send
from turnout.adapters.http.assets import SECURITY
from turnout.adapters.http.problems import language_of
from turnout.adapters.http.scim.resources import group_model_of, provider_of
from turnout.adapters.http.scim.storage import AccountsStorage, Waiting, refusal
from turnout.adapters.http.sizes import BODY_BYTES_MAX
from turnout.core.context import Actor
from turnout.desk.access import Principal
from turnout.desk.faults import Fault
from turnout.edge.answers import Declined, declined, declined_by_fault
from turnout.edge.counter import held_back
from turnout.edge.edge import Edge
from turnout.edge.provisioning import ProvisioningDesk
from turnout.words.identity import ActorId
from turnout.words.name import Language

log = logging.getLogger(__name__)

ROOT: Final = "/scim/v2"
SCOPE: Final = "provision"

PARAMETERS_MAX: Final = 20
"""SCIM has nine."""

FILTER_MAX: Final = 500
"""Characters of a filter or of a path with one: what programs send has under a hundred."""

NESTED_MAX: Final = 8
"""Brackets within one another in a filter."""

OPERATIONS_MAX: Final = 100
"""Of one patch. Programs put many members into one operation."""


class BoundedService(ScimService):
    """The library's protocol, with bounds on what is costly to read."""

    def read_search(self, resource_types: list[ResourceType], payload: Any) -> tuple[SearchRequest[Any], Any]:
        given = payload.get("filter") if isinstance(payload, dict) else None
        if isinstance(given, str) and _is_too_much(given):
            raise InvalidFilterException(detail=f"A filter has {FILTER_MAX} characters at most, {NESTED_MAX} levels")
        return super().read_search(resource_types, payload)

    def read_patch(self, resource_type: ResourceType, body: bytes, content_type: str | None) -> "PatchOp[Any]":
        given = self.decode_body(body, content_type)
        operations = _without_case(given, "operations")
        if isinstance(operations, list):
            if len(operations) > OPERATIONS_MAX:
                raise InvalidSyntaxException(detail=f"A patch has {OPERATIONS_MAX} operations at most")
            paths = [_without_case(one, "path") for one in operations]
            if any(isinstance(path, str) and _is_too_much(path) for path in paths):
                raise InvalidSyntaxException(detail=f"A path has {FILTER_MAX} characters at most")
        return super().read_patch(resource_type, body, content_type)


def _without_case(given: Any, name: str) -> Any:
    """Of an object, what is called so (RFC 7643, 2.1: names of attributes have no case)."""
    if not isinstance(given, dict):
        return None
    return next((value for key, value in given.items() if key.casefold() == name), None)


def _is_too_much(text: str) -> bool:
    return len(text) > FILTER_MAX or text.count("(") + text.count("[") > NESTED_MAX


Answer = tuple[ScimResponse, bytes]
"""With its body as it goes out."""

NOBODY: Final = Principal(actor=Actor(id=ActorId("nobody")), scopes=frozenset())


class ScimDoor:
    """The application under `/scim/v2`. `origin`: under which name programs reach this server."""

    def __init__(self, edge: Edge, desk: ProvisioningDesk, origin: str) -> None:
        self._edge, self._desk, self._base_url = edge, desk, f"{origin}{ROOT}"
        self._group_model = group_model_of(desk.plan)
        self._service = BoundedService(provider_of(desk.plan, self._group_model))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        language = language_of(dict(headers))
        try:
            answer = await self._answer(scope, headers, receive, language)
        except SCIMException as no:
            answer = self._refused(no)
        except Fault as fault:
            answer = self._refused(refusal(declined_by_fault(fault), language))
        await _sent(answer, send)

    async def _answer(
        self, scope: Scope, headers: list[tuple[str, str]], receive: Receive, language: Language
    ) -> Answer:
        request = ScimRequest(
            method=str(scope["method"]),
            base_url=self._base_url,
            path=str(scope["path"]).removeprefix(ROOT),
            query=_query_of(scope),
            headers=headers,
        )
        who = self._who(request, language)
        body = await _body_of(receive)
        if body is None:
            raise refusal(declined("too-large", most=BODY_BYTES_MAX), language)
        request.body = body
        storage = AccountsStorage(self._desk, self._group_model, who, language, asyncio.get_running_loop())
        work = partial(self._worked, ScimHandler(self._service, storage), request, language)
        return await self._desk.working.run(partial(contextvars.copy_context().run, work))

    def _worked(self, handler: ScimHandler, request: ScimRequest, language: Language) -> Answer:
        """In the thread. A bug there ends one request."""
        try:
            return _encoded(handler.handle(request))
        except SCIMException as no:
            return self._refused(no)
        except TimeoutError:
            return self._refused(refusal(declined("fault"), language))
        except Exception:  # the process edge
            log.exception("%s %s failed", request.method, ROOT)
            return self._refused(refusal(declined("bug-found"), language))

    def _who(self, request: ScimRequest, language: Language) -> Principal:
        """The program that asks. What the server can do is told to anybody (RFC 7643, clause 5)."""
        scheme, _, token = (request.header("authorization") or "").partition(" ")
        who = self._edge.identities.find_token(token.strip()) if scheme.lower() == "bearer" else None
        if who is None:
            _stop(held_back(self._edge.counter.allowances.take_unnamed()), language)
            if request.method == "GET" and request.path.strip("/") == "ServiceProviderConfig":
                return NOBODY
            raise refusal(declined("not-signed-on"), language)
        _stop(self._edge.counter.hold_back(who), language)
        if SCOPE not in _scopes_of(who):
            raise refusal(declined("scope-missing", scope=SCOPE), language)
        return who

    def _refused(self, no: SCIMException) -> Answer:
        response = self._service.error_response(no)
        if isinstance(no, Waiting):
            response.headers["Retry-After"] = str(no.retry_after_s)
        if response.status == HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = 'Bearer realm="SCIM"'
        return _encoded(response)


def _scopes_of(who: Principal) -> frozenset[str]:
    """No other scope holds this one, also not that of an administrator's program."""
    return who.scopes


def _stop(no: Declined | None, language: Language) -> None:
    if no is not None:
        raise refusal(no, language)


def _query_of(scope: Scope) -> dict[str, str]:
    """Raises the error of SCIM for one that cannot be read."""
    try:
        text = bytes(scope.get("query_string") or b"").decode()
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=PARAMETERS_MAX))
    except ValueError as trouble:
        raise InvalidSyntaxException(detail="The query cannot be read, or has too many parameters") from trouble


async def _body_of(receive: Receive) -> bytes | None:
    """None when it is larger than any request that is taken."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > BODY_BYTES_MAX:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _encoded(response: ScimResponse) -> Answer:
    return response, b"" if response.body is None else json.dumps(response.body, ensure_ascii=False).encode()


async def _sent(answer: Answer, send: Send) -> None:
    response, body = answer
    headers = [(name.lower().encode(), value.encode()) for name, value in response.headers.items()]
    headers += [(b"cache-control", b"no-store"), *SECURITY]
    await send({"type": "http.response.start", "status": int(response.status), "headers": headers})
    await send({"type": "http.response.body", "body": body})
