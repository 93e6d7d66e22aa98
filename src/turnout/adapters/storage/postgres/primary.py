"""Which of several hosts is the primary: all are asked at once, for one that is gone must not hide the other.

The library tries them one after another within one time; a machine that was cut off answers nothing at all.
"""

import asyncio
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import asyncpg

CONNECT_S: Final = 3.0
"""For one attempt at all hosts."""

HOSTS_MAX: Final = 8
"""More than any site has; each is a connection per attempt."""


def urls_of(url: str) -> list[str]:
    """`postgresql://turnout@db1,db2:5433/turnout` as one address per host; `?host=db1,db2&port=…` as well."""
    parts = urlsplit(url)
    before, at, hosts = parts.netloc.rpartition("@")
    if "," in hosts:
        return [urlunsplit(parts._replace(netloc=f"{before}{at}{host}")) for host in hosts.split(",")[:HOSTS_MAX]]
    query = dict(parse_qsl(parts.query))
    if "," not in query.get("host", ""):
        return [url]
    named = query["host"].split(",")[:HOSTS_MAX]
    ports = query.get("port", "").split(",")
    pairs = zip(named, ports if len(ports) == len(named) else ports[:1] * len(named), strict=True)
    return [urlunsplit(parts._replace(query=_query(query, host, port))) for host, port in pairs]


def _query(query: dict[str, str], host: str, port: str) -> str:
    changed = {**query, "host": host, "port": port}
    return urlencode({name: value for name, value in changed.items() if value}, quote_via=quote, safe="/")


async def first_primary(urls: list[str], settings: dict[str, str]) -> Any:
    """The first connection on which one can write. Raises what the last host said, or `TimeoutError`."""
    waiting = {asyncio.create_task(_connected(url, settings)) for url in urls}
    trouble: BaseException = TimeoutError()
    try:
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            failed, found = _sorted(done)
            if found:
                waiting |= set(found[1:])
                return found[0].result()
            trouble = failed[-1]
        raise trouble
    finally:
        for task in waiting:
            task.add_done_callback(_not_wanted)
            task.cancel()


def _sorted(done: "set[asyncio.Task[Any]]") -> "tuple[list[BaseException], list[asyncio.Task[Any]]]":
    """What failed and what is connected; every task's trouble has been looked at."""
    troubles = [(task, task.exception()) for task in done]
    return [trouble for _, trouble in troubles if trouble], [task for task, trouble in troubles if not trouble]


async def _connected(url: str, settings: dict[str, str]) -> Any:
    return await asyncpg.connect(url, timeout=CONNECT_S, target_session_attrs="read-write", server_settings=settings)


def _not_wanted(task: "asyncio.Task[Any]") -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().terminate()
