"""Which of several hosts is the primary: all are asked at once, for one that is gone must not hide the other.

The library tries them one after another within one time; a machine that was cut off answers nothing at all.
"""

import asyncio
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import asyncpg

SessionAttribute = Literal["read-write", "any"]
"""PostgreSQL's `target_session_attrs`."""

CONNECT_S: Final = 3.0
"""For one attempt at all hosts."""

AGAIN_S: Final = 0.1
"""Between two attempts at a host that says no."""

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


async def first_of(urls: list[str], settings: dict[str, str], wanted: SessionAttribute) -> Any:
    """The first connection to a host that is as `wanted`: `read-write` is the primary.

    Raises what the last host said, or `TimeoutError`. A host that says no is asked again as long as another has not
    answered at all: it may be promoted meanwhile.
    """
    waiting = {_attempt(url, settings, wanted): url for url in urls}
    silent, trouble = set(waiting), Exception()
    try:
        while silent:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                url, failed = waiting[task], task.exception()
                if failed is None:
                    del waiting[task]
                    return task.result()
                if not isinstance(failed, Exception):
                    raise failed
                del waiting[task]
                silent.discard(task)
                trouble = failed
                waiting[_attempt(url, settings, wanted, AGAIN_S)] = url
        raise trouble
    finally:
        for task in waiting:
            task.add_done_callback(_not_wanted)
            task.cancel()


def _attempt(url: str, settings: dict[str, str], wanted: SessionAttribute, after_s: float = 0.0) -> "asyncio.Task[Any]":
    return asyncio.create_task(_connected(url, settings, wanted, after_s))


async def _connected(url: str, settings: dict[str, str], wanted: SessionAttribute, after_s: float) -> Any:
    await asyncio.sleep(after_s)
    return await asyncpg.connect(url, timeout=CONNECT_S, target_session_attrs=wanted, server_settings=settings)


def _not_wanted(task: "asyncio.Task[Any]") -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().terminate()
