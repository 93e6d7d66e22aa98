"""The API's own description (OpenAPI 3.1): the framework's, with every schema of ours made by what decodes it.

The framework does not say the tag `do` of a command or `code` of a refusal; msgspec's own schemas do, since they come
from the very types that decode. A page without any foreign script shows it to people.
"""

import html
from typing import Any

import msgspec
from litestar import Litestar

from turnout.adapters.http.private import HEADER, PRIVATE
from turnout.adapters.http.problems import Problem
from turnout.adapters.http.shapes import SHAPES
from turnout.adapters.http.signal_shapes import BODIES, SIGNAL_SHAPES
from turnout.core.commands import Command
from turnout.core.refusals import Refusal
from turnout.edge.refusals import PlaceRefusal
from turnout.words.sealed_text import as_shown

PROBLEM_STATUS = {
    "400": "The request cannot be read. / 请求无法读取。",
    "401": "Nobody is signed in. / 未登录。",
    "403": "Not permitted. / 无权限。",
    "404": "There is no such thing. / 不存在。",
    "409": "The situation stands in the way: `code` and `fields` say how. / 情况不允许：见 code 与 fields。",
    "413": "Too large. / 内容过大。",
    "429": "Too many requests, or attempts to sign in. / 请求或登录尝试过多。",
    "503": "Busy or stopping; send the same identity again. / 繁忙或正在停止，请用同一编号重发。",
}

ABOUT = (
    "Everything that the console does. People hold a session cookie, programs a token with scopes "
    "(`Authorization: Bearer …`). Times are whole milliseconds since 1970 in UTC, places WGS 84. Every refusal is a "
    "problem document (RFC 9457) with a stable `code`, in English or Chinese by `Accept-Language`.\n\n"
    "控制台能做的一切。人员使用会话 Cookie，程序使用带权限范围的令牌。时间为 UTC 毫秒，位置为 WGS 84。"
    "所有拒绝均为 RFC 9457 问题文档，含固定 code，按 Accept-Language 给出中文或英文。"
)


def describe(app: Litestar, version: str) -> dict[str, Any]:
    """The whole document."""
    document: dict[str, Any] = app.openapi_schema.to_schema()
    document["info"] = {
        "title": "Turnout 出动",
        "version": version,
        "description": ABOUT,
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }
    document["servers"] = [{"url": "/"}]
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.update(_own_schemas())
    components["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": "turnout_session"},
        "token": {"type": "http", "scheme": "bearer"},
    }
    for path, item in document["paths"].items():
        for operation in item.values():
            _finish(path, operation)
    return document


def _own_schemas() -> dict[str, Any]:
    """Schemas from msgspec for commands, refusals, problems, rows and answers, and everything that they hold."""
    kinds: list[Any] = [Command, Refusal, PlaceRefusal, Problem, *SHAPES, *SIGNAL_SHAPES]
    _, ours = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    shown: dict[str, Any] = as_shown(ours)
    return shown


def _finish(path: str, operation: dict[str, Any]) -> None:
    """Problem documents for what may go wrong, who may ask, and a group to list it under."""
    is_open = bool(operation.pop("x-open", False)) or path in OPEN_PATHS
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, text in PROBLEM_STATUS.items():
        if not (is_open and status == "403"):
            operation["responses"][status] = {"description": text, "content": content}
    if path in BODIES:
        kinds = [{"$ref": f"#/components/schemas/{kind}"} for kind in BODIES[path]]
        schema = kinds[0] if len(kinds) == 1 else {"oneOf": kinds}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    operation["security"] = [{}] if is_open else [{"session": []}, {"token": []}]
    for given in operation.get("parameters", ()):
        if given["in"] == "query" and given["name"] in PRIVATE:
            given["description"] = IN_THE_HEADER
    operation["tags"] = [path.removeprefix("/api/v1/").split("/")[0]]


IN_THE_HEADER = f"In the header `{HEADER}`, not in the address. / 放在请求头 {HEADER} 中，不写在网址里。"

OPEN_PATHS = {
    "/api/v1/session/demo",
    "/api/v1/session/passkey/options",
    "/api/v1/session/passkey/verify",
    "/api/v1/session/code",
    "/api/v1/setup",
    "/api/v1/health",
    "/api/v1/city",
    "/health",
}


def docs_page(document: dict[str, Any]) -> str:
    """The description for people: one page, no script."""
    rows = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            said = html.escape(str(operation.get("description") or operation.get("summary") or "")).replace(
                "\n", "<br>"
            )
            rows.append(f"<tr><td><code>{method.upper()} {html.escape(path)}</code></td><td>{said}</td></tr>")
    about = "".join(f"<p>{html.escape(part)}</p>" for part in ABOUT.split("\n\n"))
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Turnout 出动 · API</title><style>"
        "body{font:15px/1.5 system-ui;max-width:72rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
        "td{border-top:1px solid #8884;padding:.4rem .8rem .4rem 0;vertical-align:top}code{white-space:nowrap}"
        f"</style><h1>Turnout 出动 · API</h1>{about}<p><a href=openapi.json>openapi.json</a></p>"
        f"<table>{''.join(rows)}</table></html>"
    )
