"""The report of a restore drill, in both languages, to be signed and filed."""

from datetime import UTC, datetime
from typing import Final

from turnout.recovery.drill import Drill
from turnout.words.name import Name

MARKS: Final = {True: "✓", False: "✗", None: "–"}
TITLE: Final = Name("Restore drill", "恢复演练")
VERDICT: Final = {True: Name("PASSED", "通过"), False: Name("FAILED", "未通过")}


def report_of(drill: Drill) -> str:
    """What was tried and found, rows, last hash, time taken, date, verdict, and lines to sign."""
    when = datetime.fromtimestamp(drill.begun / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
    verdict = VERDICT[drill.is_passed]
    lines = [f"{TITLE.en} · {TITLE.zh}", f"{when}", f"{drill.of}", ""]
    for step in drill.steps:
        mark = MARKS[step.is_good]
        lines += [f"{mark} {step.what.en}: {step.found.en}", f"  {step.what.zh}：{step.found.zh}"]
    lines.append("")
    if drill.tail is not None:
        last = drill.tail.hash.hex()
        lines += [f"Rows 行数: {drill.tail.seq}", f"Last hash 最后散列: {last}"]
    lines += [f"Time taken 用时: {drill.took_s:.1f} s", "", f"{verdict.en} · {verdict.zh}", ""]
    lines += ["Signed 签字: ____________________    Date 日期: ____________________"]
    return "\n".join(lines)
