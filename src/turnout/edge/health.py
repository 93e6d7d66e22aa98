"""How things stand, in numbers for a watch-dog and in a sentence for people."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

import msgspec

from turnout.edge.alarms.watch import Alarm
from turnout.edge.edge import Edge
from turnout.edge.speech import words_for
from turnout.words.moment import DAY_MS, Moment
from turnout.words.name import Name

CERTIFICATE_WARN_DAYS: Final = 30
"""Before it ends: what a city's purchasing needs, and a third of the 90 days that public issuers give."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """`lag_ms`: how long the event loop stood still at the worst, lately; `waiting`: commands in the lanes."""

    ok: bool
    seq: int
    lag_ms: int
    clients: int
    waiting: int
    restarts: int
    trouble: str
    sentence: Name
    certificate_expires: Moment | None
    """When the server's own TLS certificate ends; none where a proxy has it."""
    warnings: tuple[Name, ...]
    """What does not stop the desk, but will if nobody looks after it."""
    level: Literal["well", "warn", "severe"]
    """The worst of all that stands: `severe` where the desk takes no commands, or soon will not."""
    alarms: tuple[Alarm, ...]
    """The worst first."""


def health_of(edge: Edge) -> Health:
    desk = edge.desk_health()
    lag_ms = edge.lag.worst_ms()
    alarms = edge.watch.alarms if edge.watch is not None else ()
    warnings = tuple(_warnings(edge))
    sentence = words_for(desk.trouble, {}) if desk.trouble else next((one.means for one in alarms), None)
    return Health(
        ok=not desk.trouble,
        seq=desk.seq,
        lag_ms=lag_ms,
        clients=len(edge.connections),
        waiting=desk.first_lane + desk.other_lane,
        restarts=desk.restarts,
        trouble=desk.trouble,
        sentence=sentence or Name("The desk takes commands.", "指挥台工作正常。"),
        certificate_expires=edge.certificate_expires,
        warnings=warnings,
        level=_level(bool(desk.trouble), alarms, warnings),
        alarms=alarms,
    )


def _level(in_trouble: bool, alarms: Sequence[Alarm], warnings: Sequence[Name]) -> Literal["well", "warn", "severe"]:
    if in_trouble or any(alarm.level == "severe" for alarm in alarms):
        return "severe"
    return "warn" if alarms or warnings else "well"


def _warnings(edge: Edge) -> Iterator[Name]:
    if edge.tables.has_two_truths:
        yield Name(
            "The city folder has changed, and so were the tables, live. Those stay in force until somebody decides.",
            "城市文件夹和在线的基础数据都有改动。目前以在线的为准，请人工决定。",
        )
    records, unsealed, gone = edge.rebuilding.warning(), edge.texts.warning(), edge.grounds.warning()
    unproved = edge.notary.warning() if edge.notary is not None else None
    signals = edge.corridors.warning() if edge.corridors is not None else None
    yield from (said for said in (records, unproved, unsealed, signals, gone) if said is not None)
    if edge.certificate_expires is not None:
        warning = certificate_warning(edge.certificate_expires, edge.now())
        if warning is not None:
            yield warning
    if edge.message_log is not None and edge.message_log.dropped:
        lost = edge.message_log.dropped
        yield Name(
            f"The message log has lost {lost} lines since the start: its disk is slow or full. The journal has all.",
            f"启动以来消息日志丢失 {lost} 条：磁盘过慢或已满。日志本身完整。",
        )
    if edge.door_log.dropped:
        lost = edge.door_log.dropped
        yield Name(
            f"The log of the door has lost {lost} lines since the start: the disk is slow or full.",
            f"启动以来登录日志丢失 {lost} 条：磁盘过慢或已满。",
        )
    outside = {one.name: one.dropped for one in edge.exported.queues} if edge.exported is not None else {}
    if any(outside.values()):
        counts = outside["traces"], outside["logs"], outside["metrics"]
        yield Name(
            "Since the start {} traces, {} lines of the log and {} times the figures have not reached their collector: "
            "it is down or slow. Dispatch goes on.".format(*counts),
            "启动以来有 {} 条跟踪、{} 条程序日志、{} 次指标未送达收集器：收集器停止或过慢。调度不受影响。".format(
                *counts
            ),
        )
    stale = edge.fallback.stale()
    if stale is not None:
        yield stale


def certificate_warning(expires: Moment, now: Moment) -> Name | None:
    """What to say of a certificate that ends soon or is over; None while there is time."""
    days = (expires - now) // DAY_MS
    if days >= CERTIFICATE_WARN_DAYS:
        return None
    if days < 0:
        return Name(
            "The server's TLS certificate has expired: browsers turn away. Renew it and restart.",
            "服务器 TLS 证书已过期，浏览器会拒绝连接。请更换证书并重启。",
        )
    return Name(
        f"The server's TLS certificate ends in {days} days. Renew it and restart.",
        f"服务器 TLS 证书将在 {days} 天后到期，请更换证书并重启。",
    )
