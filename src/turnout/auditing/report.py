"""What an auditor reads: each finding and what was verified, in English and Chinese."""

from datetime import UTC, datetime
from typing import Final

from turnout.audit.checking import Code, Finding
from turnout.auditing.verify import Trust, Verified
from turnout.words.name import Name

SHOWN_MAX: Final = 30

WORDS: Final[dict[Code, Name]] = {
    "part-missing": Name("a part of the file is missing or damaged", "文件缺少或损坏了一部分"),
    "part-unexpected": Name("a part of the file belongs to no export", "文件中有不属于导出的部分"),
    "record-malformed": Name("a record cannot be read", "记录无法读取"),
    "record-out-of-order": Name("a record has another number than its place", "记录的序号与位置不符"),
    "record-unlinked": Name("a record is not linked to the one before", "记录与前一条不相连"),
    "record-out-of-time": Name("a record is earlier than the one before", "记录早于前一条"),
    "body-differs": Name("a body is not the one of its header", "内容与其记录头不符"),
    "root-differs": Name("the records do not make the root that was signed", "各记录算不出已签署的根"),
    "checkpoint-malformed": Name("a checkpoint cannot be read", "检查点无法读取"),
    "checkpoint-unsigned": Name("a checkpoint is not signed by the log's key", "检查点没有日志密钥的签名"),
    "checkpoint-of-another-log": Name("a checkpoint is of another log", "检查点属于另一日志"),
    "checkpoint-differs": Name("an earlier checkpoint was altered", "较早的检查点被改"),
    "log-forked": Name(
        "THE LOG ITSELF HAS SIGNED TWO PASTS: this checkpoint is validly signed and its records are not these",
        "日志自身签署过两个不同的过去：此检查点签名有效，但其记录不是这些",
    ),
    "log-cut-off": Name("a checkpoint that you kept has more records than there are", "现有记录少于您保存的检查点"),
    "witness-missing": Name("fewer witnesses have cosigned than asked for", "联署的见证方少于要求"),
    "stamp-invalid": Name("a time stamp is not of these records, or not by this authority", "时间戳无效"),
    "reveal-out-of-order": Name("the reveal log has a gap or is out of order", "查阅日志有缺号或次序不对"),
    "reveal-not-in-journal": Name("the reveal log names a row that the journal does not have so", "查阅日志与日志不符"),
    "reveal-missing": Name("an opening in the journal is not in the reveal log", "日志中的一次查阅不在查阅日志里"),
    "reveal-miscounted": Name("an opening was given another number by the desk", "查阅的编号与指挥台所给的不同"),
    "reveals-uncounted": Name("at a checkpoint the two logs do not agree in number", "在某检查点上两个日志的数目不符"),
}


def finding_name(one: Finding) -> Name:
    """One line for one finding."""
    words = WORDS[one.code]
    which = f" ({one.log}{f' {one.at}' if one.at else ''}{f', {one.what}' if one.what else ''})" if one.log else ""
    which = which or (f" ({one.what})" if one.what else "")
    return Name(f"{words.en}{which}", f"{words.zh}{which}")


def report(found: Verified, trust: Trust) -> list[str]:
    """Line by line; the last says whether it holds."""
    about = found.about
    whole = about.first == 0 and about.end == about.size
    lines = [
        f"{about.origin}: rows {about.first + 1} to {about.end} of {about.size} signed, {found.reveals} openings"
        f" (of {about.reveals_size}).",
        f"{about.origin}：第 {about.first + 1} 至 {about.end} 行（已签署 {about.size} 行），其中查阅 {found.reveals} 次"
        f"（共 {about.reveals_size} 次）。",
    ]
    for name, at_s in found.witnessed:
        lines.append(f"  cosigned by {name} at {_time(at_s)} 联署")
    if not trust.witnesses:
        lines.append("  NO WITNESS ASKED FOR: another past shown to others would not be seen.")
        lines.append("  未指定见证方：若向他人出示另一个过去，无法发现。")
    for size, at_s in found.stamps:
        lines.append(f"  time stamp: the first {size} rows were there at {_time(at_s)} 时间戳")
    if whole:
        lines.append(f"  {found.checkpoints} checkpoints, {found.held} of yours 个检查点（含您保存的）")
    for one in found.findings[:SHOWN_MAX]:
        words = finding_name(one)
        lines += [f"  ✗ {words.en}", f"    {words.zh}"]
    if len(found.findings) > SHOWN_MAX:
        lines.append(f"  … and {len(found.findings) - SHOWN_MAX} more 另有更多")
    lines.append(_verdict(found, whole))
    return lines


def _verdict(found: Verified, whole: bool) -> str:
    if found.findings:
        return "NOT AS SIGNED. Keep the file, and ask for an explanation. 与签署的不符：请保存文件并要求说明。"
    if not whole:
        return "These rows are as they were signed. 这些行与签署时一致。"
    return "Every row is as it was signed; none is missing, none was put in. 每一行都与签署时一致，无缺失、无添加。"


def _time(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="seconds")
