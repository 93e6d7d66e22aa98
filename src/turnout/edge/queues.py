"""Every queue of a server, with its bound and what happens when it is full: for alarms and for the health page."""

from collections.abc import Iterator
from typing import Final

from turnout.desk.lanes import FIRST_LANE_MAX, OTHER_LANE_MAX
from turnout.edge.bounded import BoundedWorkers
from turnout.edge.door_log import WAITING_MAX as DOOR_MAX
from turnout.edge.edge import Edge
from turnout.edge.file_desk import AT_ONCE
from turnout.edge.measuring import Queue
from turnout.edge.message_log import WAITING_MAX as MESSAGES_MAX
from turnout.edge.outlet import UNDER_WAY_MAX, WAITING_MESSAGES_MAX
from turnout.edge.recording import WAITING_MAX, Recorder
from turnout.words.name import Name

TOLD: Final = Name("The sender is told at once and sends it again.", "立即告知发送方，请其重发。")
CUT: Final = Name(
    "That console is cut off, comes back by itself and gets what it lacks.", "断开该席位，其自动重连并补齐。"
)


def queues_of(edge: Edge, recorder: Recorder, hashing: BoundedWorkers) -> Iterator[Queue]:
    """In the order of the way of a command: in, through, out, beside."""
    yield Queue(
        "first-lane",
        Name("Dispatch, duress and new incidents", "调度、紧急求助与新警情"),
        lambda: edge.desk_health().first_lane,
        FIRST_LANE_MAX,
        TOLD,
    )
    yield Queue(
        "other-lane",
        Name("All other commands", "其他命令"),
        lambda: edge.desk_health().other_lane,
        OTHER_LANE_MAX,
        TOLD,
    )
    yield Queue(
        "under-way",
        Name("Commands of one connection", "单个连接的在途命令"),
        lambda: edge.connections.fullest()[1],
        UNDER_WAY_MAX,
        TOLD,
    )
    yield from _outwards(edge)
    yield from _beside(edge, recorder, hashing)


def _outwards(edge: Edge) -> Iterator[Queue]:
    limits = edge.subscribers.limits
    yield Queue(
        "console-rows",
        Name("Rows that the slowest console has not fetched", "最慢席位未取的数据行"),
        lambda: edge.subscribers.farthest_behind()[0],
        limits.pending_rows,
        CUT,
    )
    yield Queue(
        "console-batches",
        Name("Changes that the slowest console is behind", "最慢席位落后的变更批次"),
        lambda: edge.subscribers.farthest_behind()[1],
        limits.behind_batches,
        CUT,
    )
    yield Queue(
        "answers",
        Name("Answers that one connection has not read", "单个连接未读的应答"),
        lambda: edge.connections.fullest()[0],
        WAITING_MESSAGES_MAX,
        CUT,
    )
    yield Queue(
        "consoles",
        Name("Connections that follow the board", "跟随总览的连接数"),
        lambda: len(edge.subscribers),
        limits.subscriptions,
        Name("Further ones are turned away for now.", "暂不接受更多连接。"),
    )


def _beside(edge: Edge, recorder: Recorder, hashing: BoundedWorkers) -> Iterator[Queue]:
    adviser = edge.adviser
    if adviser is not None:
        yield Queue(
            "advice", Name("Recommendations", "推荐计算"), lambda: len(adviser.workers), adviser.workers.most, TOLD
        )
    yield Queue(
        "records",
        Name("Batches to be recorded", "待入档批次"),
        lambda: recorder.waiting,
        WAITING_MAX,
        Name("It is emptied; the records catch up from the journal.", "清空队列，档案库从日志补录。"),
    )
    log = edge.message_log
    if log is not None:
        yield Queue(
            "messages",
            Name("Lines for the message log", "待写入的消息日志"),
            lambda: len(log),
            MESSAGES_MAX,
            Name("Further lines are counted and lost; the journal lacks nothing.", "后续条目计数后丢弃，日志不缺。"),
        )
    yield Queue(
        "door-log",
        Name("Lines for the log of the door", "待写入的登录日志"),
        lambda: len(edge.door_log),
        DOOR_MAX,
        Name("Further lines are counted and lost; nobody waits.", "后续条目计数后丢弃，不影响登录。"),
    )
    yield from _exported(edge)
    yield Queue(
        "uploads",
        Name("Files that are coming in", "正在上传的文件"),
        lambda: edge.files.incoming,
        AT_ONCE,
        TOLD,
    )
    provisioning = edge.provisioning
    if provisioning is not None:
        working = provisioning.working
        yield Queue(
            "provisioning", Name("Requests to keep accounts", "账号同步请求"), lambda: len(working), working.most, TOLD
        )
    yield Queue("sign-ins", Name("Passwords to be checked", "待验证的密码"), lambda: len(hashing), hashing.most, TOLD)


EXPORTED: Final = {
    "traces": Name("Traces for the collector", "待发送给收集器的跟踪"),
    "logs": Name("Lines of the program's log for the collector", "待发送给收集器的程序日志"),
    "metrics": Name("Figures for the collector", "待发送给收集器的指标"),
}


def _exported(edge: Edge) -> Iterator[Queue]:
    """What goes to a collector outside. Nobody waits for it."""
    for one in edge.exported.queues if edge.exported is not None else ():
        lost = Name("Further ones are counted and lost; dispatch goes on.", "后续的计数后丢弃，调度不受影响。")
        yield Queue(one.name, EXPORTED[one.name], one.__len__, one.most, lost)
