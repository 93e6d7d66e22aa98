"""How candidates are shown: the line, what stands beside it in both languages, what tells it from namesakes."""

import math
from collections.abc import Sequence

import msgspec

from turnout.roads.gazetteer.answers import NOTHING, Suggestion
from turnout.roads.gazetteer.candidates import Candidate
from turnout.roads.gazetteer.chinese import han_key, has_han, simplified
from turnout.roads.gazetteer.describing import crossing_text
from turnout.roads.gazetteer.ground import Ground
from turnout.roads.gazetteer.spelling import canonical, fold, words
from turnout.roads.gazetteer.stored import Tables
from turnout.words.name import Name
from turnout.words.place import Place

KINDS = {
    "hospital": "医院", "fire_station": "消防站", "police_station": "警察局", "station": "车站", "landmark": "地标",
    "park": "公园", "school": "学校", "stadium": "体育场", "shelter": "避难所", "facility": "设施", "museum": "博物馆",
    "airport": "机场", "pier": "码头", "bridge": "桥梁", "government": "政府机构", "library": "图书馆", "hotel": "酒店",
    "theatre": "剧院", "market": "市场", "university": "大学", "clinic": "诊所", "place_of_worship": "宗教场所",
    "shopping": "购物中心", "beach": "海滩", "courthouse": "法院", "jail": "监狱", "town_hall": "市政厅",
}  # fmt: skip


class Wording:
    """Turns candidates of one city into suggestions."""

    def __init__(self, tables: Tables, ground: Ground) -> None:
        self._tables = tables
        self._ground = ground

    def suggestions(self, candidates: Sequence[Candidate], typed: str) -> list[Suggestion]:
        """In the same order. Those alike in text and neighbourhood say on which side of each other they are."""
        shown = [self._suggestion(one, typed) for one in candidates]
        alike: dict[tuple[str, Name], list[Place]] = {}
        for one in shown:
            alike.setdefault((one.text, one.distinguishes), []).append(one.place)
        return [self._told_apart(one, alike[one.text, one.distinguishes]) for one in shown]

    def _suggestion(self, one: Candidate, typed: str) -> Suggestion:
        text = self._text(one)
        return Suggestion(
            text=text,
            kind=one.kind,
            place=one.place,
            verified=one.verified,
            detail=self._detail(one),
            distinguishes=self._distinguishes(one),
            score=round(one.score, 4),
            matched=highlights(text, typed),
            complete=self._complete(one),
            exact=one.exact,
            postcode=one.postcode,
        )

    def _text(self, one: Candidate) -> str:
        if one.is_area:
            name = self._tables.neighbourhoods.names[one.neighbourhood]
        elif one.common_place >= 0:
            name = self._tables.common_places[one.common_place].name
        else:
            return one.text
        return name.en if name.zh in ("", name.en) else f"{name.en} {name.zh}"

    def _complete(self, one: Candidate) -> str:
        if not one.namesakes:
            return one.text
        if one.common_place >= 0 and self._tables.common_places[one.common_place].address:
            return f"{one.text}, {self._tables.common_places[one.common_place].address}"
        part = self._tables.neighbourhoods.names[one.neighbourhood].en
        return f"{one.text}, {part}" if part else coordinate_text(one.place)

    def _distinguishes(self, one: Candidate) -> Name:
        part = self._tables.neighbourhoods.names[one.neighbourhood]
        if not one.postcode:
            return part
        return Name(f"{part.en} {one.postcode}".strip(), f"{part.zh} {one.postcode}".strip())

    def _told_apart(self, one: Suggestion, alike: Sequence[Place]) -> Suggestion:
        if len(alike) == 1:
            return one
        side, near = side_of(one.place, alike), self.near_crossing(one.place)
        where = Name(
            ", ".join(text for text in (one.distinguishes.en, side.en, near.en) if text),
            "，".join(text for text in (one.distinguishes.zh, side.zh, near.zh) if text),
        )
        return msgspec.structs.replace(one, distinguishes=where, complete=coordinate_text(one.place))

    def _detail(self, one: Candidate) -> Name:
        if one.is_area:
            return Name("a part of the city: say where in it", "城区：请说明具体位置")
        if one.problem is not None:
            return problem_text(one.problem.reason, one.problem.fields)
        if one.common_place >= 0:
            stored = self._tables.common_places[one.common_place]
            kind = stored.kind.replace("_", " ")
            zh = KINDS.get(stored.kind, kind)
            return Name(f"{kind}, {stored.address}".strip(", "), f"{zh}，{stored.address}".strip("，"))
        if one.kind in ("address", "block"):
            return self.near_crossing(one.place)
        if one.street >= 0 and one.kind == "street":
            zh = self._tables.streets[one.street].name.zh
            return Name("the whole street", "整条街道" if zh == one.text else f"{zh}，整条街道")
        return NOTHING

    def near_crossing(self, place: Place) -> Name:
        """`near 16th St & Mission St`; nothing where no crossing is near."""
        at = self._ground.nearest_crossing(place)
        if at is None:
            return NOTHING
        crossing = self._tables.crossings[at]
        streets = self._tables.streets
        text = crossing_text(streets[crossing.street_a].name.en, streets[crossing.street_b].name.en)
        return Name(f"near {text}", f"靠近 {text}")


_SIDES = (
    Name("east", "东侧"), Name("north-east", "东北侧"), Name("north", "北侧"), Name("north-west", "西北侧"),
    Name("west", "西侧"), Name("south-west", "西南侧"), Name("south", "南侧"), Name("south-east", "东南侧"),
)  # fmt: skip


def side_of(place: Place, others: Sequence[Place]) -> Name:
    """On which side of the middle of all of them a place lies."""
    north = place.lat - sum(other.lat for other in others) / len(others)
    east = (place.lon - sum(other.lon for other in others) / len(others)) * math.cos(math.radians(place.lat))
    return _SIDES[round(math.degrees(math.atan2(north, east)) / 45.0) % 8]


def coordinate_text(place: Place) -> str:
    """A place as text that reads back to itself within a tenth of a metre."""
    return f"{place.lat:.6f}, {place.lon:.6f}"


def problem_text(reason: str, fields: dict[str, str | int | float]) -> Name:
    """What is wrong with a place that does not exist, for people."""
    match reason:
        case "number_not_on_street" if not fields["highest"]:
            return Name(f"no house numbers of {fields['street']} are known", f"{fields['street']} 没有已知的门牌号")
        case "number_not_on_street":
            return Name(
                f"no {fields['number']} on {fields['street']}: it has {fields['lowest']} to {fields['highest']}",
                f"{fields['street']} 没有 {fields['number']} 号：门牌号从 {fields['lowest']} 到 {fields['highest']}",
            )
        case "streets_do_not_meet":
            return Name(
                f"{fields['street_a']} and {fields['street_b']} do not meet: {fields['gap_m']:.0f} m apart",
                f"{fields['street_a']} 与 {fields['street_b']} 不相交：相距 {fields['gap_m']:.0f} 米",
            )
        case "not_in_that_area":
            return Name(f"not in {fields['area']}", f"不在{fields['area']}")
        case "axes_swapped":
            return Name("latitude and longitude are swapped", "经纬度颠倒")
        case _:
            return Name("the minus sign is missing", "缺少负号")


def highlights(text: str, typed: str) -> tuple[tuple[int, int], ...]:
    """The parts of a shown text that answer to what was typed: each word or its beginning, each Chinese character."""
    if has_han(typed):
        wanted = set(han_key(typed))
        return _joined([at for at, char in enumerate(simplified(text)) if char in wanted and has_han(char)])
    typed_words = words(typed)
    spelled = list(zip(typed_words, canonical(typed_words), strict=False))
    marked: list[int] = []
    begin = 0
    for word in text.split():
        begin = text.index(word, begin)
        count = _matching(word, spelled)
        marked += range(begin, begin + min(count, len(word)))
        begin += len(word)
    return _joined(marked)


def _matching(shown: str, spelled: Sequence[tuple[str, str]]) -> int:
    """How many letters of a shown word are typed: all when it is the same word in another spelling."""
    folded = "".join(words(shown))
    if not folded:
        return 0
    same = "".join(canonical([folded]))
    longest = 0
    for raw, one_form in spelled:
        if same == one_form:
            return len(shown)
        if folded.startswith(raw):
            longest = max(longest, len(raw) + (fold(shown)[:2] == "o'" and len(raw) > 1))
    return longest


def _joined(marked: Sequence[int]) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    for at in marked:
        if spans and spans[-1][1] == at:
            spans[-1] = (spans[-1][0], at + 1)
        else:
            spans.append((at, at + 1))
    return tuple(spans)
