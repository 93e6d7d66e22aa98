"""What is wrong with the form of a message, for people: msgspec's complaint in both languages (msgspec 0.19's wording).

A complaint that is not known here is passed on as it is; nothing is lost by it.
"""

import re
from collections.abc import Mapping
from typing import Final

from turnout.words.name import Name

COMPLAINTS: Final[tuple[tuple[re.Pattern[str], Name], ...]] = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"Expected `str` of length <= (\d+)", Name("at most {0} characters are taken", "最多 {0} 个字符")),
        (r"Expected `str` of length >= 1", Name("it may not be empty", "不能为空")),
        (r"Expected `\w+` of length <= (\d+)", Name("at most {0} entries are taken", "最多 {0} 项")),
        (r"Expected `\w+` of length >= (\d+)", Name("at least {0} entries are needed", "至少需要 {0} 项")),
        (r"Expected `\w+` <= (-?[\d.]+)", Name("at most {0}", "不能大于 {0}")),
        (r"Expected `\w+` >= (-?[\d.]+)", Name("at least {0}", "不能小于 {0}")),
        (r"Expected `([^`]+)`, got `([^`]+)`", Name("{1} stands where {0} belongs", "此处应为 {0}，实为 {1}")),
        (r"Object missing required field `([^`]+)`", Name("“{0}” is missing", "缺少“{0}”")),
        (r"Object contains unknown field `([^`]+)`", Name("“{0}” is not known here", "不认识“{0}”")),
        (r"Invalid (?:enum )?value '?([^']*)'?", Name("“{0}” is not one of the values", "“{0}”不在可用值之内")),
        (
            r"JSON is malformed: .*surrogate pair.*",
            Name("a text holds half of a character (a lone surrogate)", "文本中有半个字符（不成对的代理码）"),
        ),
        (r"'utf-8' codec can't decode byte.*", Name("it is not written in UTF-8", "不是 UTF-8 编码")),
        (r"JSON is malformed: (.*)", Name("the JSON is malformed: {0}", "JSON 格式错误：{0}")),
        (r"Input data was truncated", Name("the message breaks off", "内容不完整")),
        (
            r"a detector behind the junction has no approach and no before_stop_line_m",
            Name(
                "a detector behind the junction has no approach and no before_stop_line_m: remove them, or `behind`",
                "路口下游的检测器不能有 approach 和 before_stop_line_m：请删除它们，或删除 behind",
            ),
        ),
        (
            r"a detector behind the junction names no groups",
            Name(
                "a detector behind the junction names no groups: write whose traffic drives on there",
                "路口下游的检测器未写明 groups：请写明哪些信号组的车流驶向该处",
            ),
        ),
        (
            r"a detector has neither approach with before_stop_line_m nor behind",
            Name(
                "a detector needs approach and before_stop_line_m, or behind = true with groups",
                "检测器须写明 approach 和 before_stop_line_m，或 behind = true 和 groups",
            ),
        ),
        (
            r"a detector's to_lane is below its lane",
            Name("to_lane of a detector is below its lane: exchange them", "检测器的 to_lane 小于 lane：请对调"),
        ),
        (r"a place of (\d+) characters", Name("a place of {0} characters", "地点长达 {0} 个字符")),
    )
)
NAMELESS: Final[Mapping[str, Name]] = {}
AT: Final = re.compile(r" - at `\$\.?([^`]*)`")


def complaint(said: str, names: Mapping[str, Name] = NAMELESS) -> Name:
    """The complaint in both languages, with the field where it says one, called as in `names` if it is there."""
    where = AT.search(said)
    bare = AT.sub("", said)
    for pattern, name in COMPLAINTS:
        found = pattern.fullmatch(bare)
        if found is not None:
            en, zh = name.en.format(*found.groups()), name.zh.format(*found.groups())
            break
    else:
        en = zh = bare
    field = where.group(1) if where is not None else ""
    if not field:
        return Name(en, zh)
    called = names.get(field, Name(field, field))
    return Name(f"{called.en}: {en}", f"{called.zh}：{zh}")
