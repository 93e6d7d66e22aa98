"""Places in a line: what the gazetteer says of the text, as a location for a command or as the reason why not."""

import re
from typing import Protocol

from turnout.core.board import Location
from turnout.line.grammar import FORCE_MARK
from turnout.line.trouble import CannotRead
from turnout.roads.gazetteer.answers import Ambiguous, Contradictory, OutOfCity, Suggestion, Unknown, Verdict, Verified
from turnout.words.name import Name


class Places(Protocol):
    """The gazetteer, as a line needs it."""

    def verify(self, text: str) -> Verdict: ...

    def suggest(self, text: str, limit: int = 8) -> list[Suggestion]: ...


class NotAPlace(CannotRead):
    """The text means no one place. `offers` are places that a person may choose from."""

    def __init__(self, code: str, said: Name, offers: tuple[Suggestion, ...] = ()) -> None:
        super().__init__(code, said)
        self.offers = offers


NULL_ISLAND = re.compile(r"[-+]?0+(\.0*)?[\s,]+[-+]?0+(\.0*)?")
"""What a device sends that does not know where it is."""


CONTRADICTIONS: dict[str, Name] = {
    "number_not_on_street": Name(
        "{street} has no number {number} (it runs from {lowest} to {highest})",
        "{street} 没有 {number} 号（门牌 {lowest} 至 {highest}）",
    ),
    "streets_do_not_meet": Name("{street_a} and {street_b} do not meet", "{street_a} 与 {street_b} 不相交"),
    "not_in_that_area": Name("it is not in {area}", "不在 {area}"),
    "axes_swapped": Name("latitude and longitude seem to be swapped", "经纬度似乎颠倒"),
    "sign_missing": Name("a minus sign seems to be missing", "坐标似乎缺少负号"),
}


def locate(text: str, places: Places) -> Location:
    """The one place that the text means. Raises `NotAPlace`. A leading exclamation mark forces it, on no map."""
    if text.startswith(FORCE_MARK) and text.strip(FORCE_MARK + " "):
        return Location(text=text.strip(FORCE_MARK + " "), kind="forced")
    if NULL_ISLAND.fullmatch(text):
        said = Name("0, 0 is what a device sends that does not know where it is", "0, 0 表示设备尚未定位，不是地点")
        raise NotAPlace("place-not-known", said)
    match places.verify(text):
        case Verified(candidate=found):
            return Location(text=found.text, place=found.place, kind=found.kind, verified=found.verified)
        case Ambiguous(candidates=(only,)) if only.exact:
            raise _too_wide(only, places)
        case Ambiguous(candidates=(only,)):
            said = Name(f"did you mean {only.text}?", f"是否指 {only.text}？")
            raise NotAPlace("ambiguous-place", said, (only,))
        case Ambiguous(candidates=candidates):
            raise NotAPlace("ambiguous-place", Name("which of these?", "请选择具体地点"), candidates)
        case Contradictory(reason=reason, fields=fields, offers=offers):
            said = CONTRADICTIONS[reason]
            raise NotAPlace(
                reason.replace("_", "-"), Name(said.en.format_map(fields), said.zh.format_map(fields)), offers
            )
        case OutOfCity():
            raise NotAPlace("out-of-city", Name("that place is outside the city", "该地点不在本市范围内"))
        case Unknown(nearest=nearest):
            said = Name(
                f"no such place: {text} (put {FORCE_MARK} before it to take it as typed)",
                f"未找到地点：{text}（前加 {FORCE_MARK} 可强制采用）",
            )
            raise NotAPlace("unknown-place", said, nearest)


def _too_wide(only: Suggestion, places: Places) -> NotAPlace:
    """It was named without a slip, but is a street or a part of the city; of a street, its crossings are offered."""
    if only.kind != "street":
        return NotAPlace("ambiguous-place", Name(f"{only.text}: {only.detail.en}", f"{only.text}：{only.detail.zh}"))
    crossings = tuple(one for one in places.suggest(f"{only.complete} and") if one.kind == "crossing")
    said = Name(
        f"{only.text} is a whole street: add a number before it, or a crossing street",
        f"{only.text} 是整条街道：请在前面加门牌号，或加上相交的街道",
    )
    return NotAPlace("ambiguous-place", said, crossings)
