"""The words of the engineers' room for its own nos, and their status in HTTP."""

from typing import Final

from turnout.words.name import Name

WORDS: Final[dict[str, Name]] = {
    "unknown-district": Name("This city has no district {district}.", "本市没有片区 {district}。"),
    "unknown-job": Name(
        "There is no job {job}: the newest ones are kept, and none over a restart of the server.",
        "没有任务 {job}：只保留最近的任务，服务器重启后不保留。",
    ),
    "unknown-proposal": Name("There is no proposal {proposal} of plans.", "没有方案提案 {proposal}。"),
    "no-engineers-room": Name("This server does not work with signal plans.", "本服务器不处理信号方案。"),
    "no-sumo": Name(
        "SUMO is not installed on this server: install turnout[signals] (package eclipse-sumo), or set SUMO_HOME.",
        "本服务器未安装 SUMO：请安装 turnout[signals]（eclipse-sumo 包），或设置 SUMO_HOME。",
    ),
    "no-libsumo": Name(
        "SUMO's library is not installed on this server: install turnout[signals] (package libsumo), or set SUMO_HOME.",
        "本服务器未安装 SUMO 的程序库：请安装 turnout[signals]（libsumo 包），或设置 SUMO_HOME。",
    ),
    "room-busy": Name(
        "The engineers' room is busy. Ask again in {wait_s} s.", "工程师工作台正忙，请 {wait_s} 秒后再试。"
    ),
    "jobs-full": Name(
        "{most} jobs wait already. Cancel one, or ask again later.", "已有 {most} 个任务在等待。请取消其一或稍后再试。"
    ),
    "work-cut-off": Name(
        "Nothing was found within {limit_s} s. Ask for less: fewer junctions, or a narrower range.",
        "{limit_s} 秒内未得出结果。请减少路口或缩小范围。",
    ),
    "worker-lost": Name(
        "The process that worked on it has died. Ask again; if it dies again, ask for less.",
        "执行进程已终止。请重试；若再次终止，请缩小任务。",
    ),
    "plans-lost": Name(
        "Plans of {district} are not found in the store. Restore it from a backup.",
        "存储中找不到片区 {district} 的方案，请从备份恢复。",
    ),
}

STATUS: Final = {
    "unknown-district": 404,
    "unknown-job": 404,
    "unknown-proposal": 404,
    "no-engineers-room": 404,
    "no-sumo": 501,
    "no-libsumo": 501,
    "room-busy": 429,
    "jobs-full": 429,
    "work-cut-off": 422,
    "worker-lost": 500,
}
