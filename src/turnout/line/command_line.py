"""Read a typed line: what it would do, in words, before Enter; or what is wrong, where, and what could follow.

The one way in: `read`. Pure but for the gazetteer it is handed, which only looks up.
"""

from collections.abc import Callable, Sequence

import msgspec

from turnout.core.board import Board, Location
from turnout.core.spoken import FIELD_NAMES
from turnout.line.acts import BY_WORD
from turnout.line.grammar import Matcher, Values
from turnout.line.lexicon import Lexicon
from turnout.line.offering import COMPLETIONS_MAX, completions, past_the_place, verbs_beginning
from turnout.line.places import NotAPlace, Places, locate
from turnout.line.reading import Completion, Focus, LineError, Reading
from turnout.line.tokens import Typed, split
from turnout.line.trouble import CannotRead
from turnout.line.verbs import NOTHING, Made, Making, Verb
from turnout.words.decoding import complaint
from turnout.words.identity import IncidentId
from turnout.words.moment import Moment
from turnout.words.name import Language, Name

Given = tuple[Callable[[], str], Moment]
"""What a reading does not find in the line or on the board: new identities, and what time it is."""

WANTED: dict[str, Name] = {
    "unit": Name("a unit", "单元"),
    "units": Name("a unit", "单元"),
    "incident": Name("an incident", "警情"),
    "type": Name("an incident type", "警情类型"),
    "status": Name("a status", "状态"),
    "disposition": Name("a disposition", "处置结果"),
    "station": Name("a station", "站点"),
    "group": Name("a dispatch group", "调度组"),
    "hospital": Name("a hospital", "医院"),
    "agency": Name("an agency", "部门"),
    "info": Name("the short name of a file", "资料简称"),
    "out-of-service": Name("a reason", "原因"),
    "cancel": Name("a reason", "原因"),
    "preempt": Name("a reason", "原因"),
    "late": Name("a reason", "原因"),
    "reopen": Name("a reason", "原因"),
    "place": Name("a place", "地点"),
    "text": Name("some text", "文字"),
    "level": Name("an alarm level", "警级"),
    "priority": Name("a priority, 1 to 5", "级别（1 至 5）"),
    "minutes": Name("minutes", "分钟数"),
    "word": Name("a keyword", "关键词"),
    "capability": Name("a capability after +", "+ 后的能力"),
    "km": Name("kilometres", "公里数"),
    "beds": Name("a number of free beds", "空床数"),
    "nth": Name("a place in the stack", "待办中的位置"),
}


EMPTY_UNLESS_NAMED = (
    "incident", "unit", "units", "text", "level", "other", "by", "answered", "nth", "capability", "agency", "way",
)  # fmt: skip
"""Slots that only some patterns of a verb have: its explanation is silent about those that were not used."""


class CommandLine:
    """Reads lines for one published catalogue."""

    def __init__(self, lexicon: Lexicon, places: Places, show: Callable[[str], str] = str) -> None:
        """`show` opens what is sealed on the board, where it goes into a command."""
        self._lexicon, self._places, self._show = lexicon, places, show

    def read(
        self, text: str, board: Board, focus: Focus, new_id: Callable[[], str], now: Moment | None = None
    ) -> Reading:
        """What the line would do. Never raises for what a person types. `now` is for days that are not named."""
        at = board.at if now is None else now
        try:
            typed = split(text)
        except CannotRead as trouble:
            return _wrong(trouble.code, trouble.said, 0, len(text))
        if not typed.tokens and typed.note is not None:
            return _wrong(
                "unknown-verb", Name("a command comes first; ? lists them", "请先输入命令，输入 ? 查看"), 0, len(text)
            )
        if not typed.tokens:
            return Reading(understood=False, explain=NOTHING, completions=verbs_beginning(""))
        first = typed.tokens[0]
        verb = BY_WORD.get(first.key)
        if verb is None:
            said = Name(f"“{first.text}” is no command; ? lists them", f"没有命令“{first.text}”，输入 ? 查看")
            return _wrong("unknown-verb", said, first.start, first.end, completions=verbs_beginning(first.text))
        return self._read_verb(verb, typed, board, focus, (new_id, at))

    def _read_verb(self, verb: Verb, typed: Typed, board: Board, focus: Focus, given: Given) -> Reading:
        matcher = Matcher(board, self._lexicon, focus, typed)
        for pattern in verb.patterns:
            values = matcher.match(pattern, 1)
            if values is not None:
                return self._made(verb, values, typed, board, given)
        failure = matcher.failure
        failure = past_the_place(failure, typed, self._places)
        wanted = list(dict.fromkeys(slot.kind for slot in failure.wanted if slot.name != "nothing-more"))
        offered = completions(failure, typed, board, self._lexicon, self._places)
        at = min(failure.at, len(typed.tokens))
        start = typed.tokens[at].start if at < len(typed.tokens) else len(typed.text)
        there = typed.tokens[at].text if at < len(typed.tokens) else ""
        said = _wanted_words(wanted, there)
        return _wrong("wanted" if wanted else "too-much", said, start, len(typed.text), verb.code, offered)

    def _made(self, verb: Verb, values: Values, typed: Typed, board: Board, given: Given) -> Reading:
        located: list[Location] = []

        def resolve(text: str) -> Location:
            located.append(locate(text, self._places))
            return located[-1]

        try:
            made = verb.make(values, Making(board, given[0], typed.note or "", resolve, given[1], self._show))
            for command in made.commands:
                msgspec.json.decode(msgspec.json.encode(command), type=type(command))
        except NotAPlace as trouble:
            return self._not_a_place(verb, values, typed, trouble)
        except CannotRead as trouble:
            return _wrong(trouble.code, trouble.said, 0, len(typed.text), verb.code)
        except msgspec.ValidationError as trouble:
            return _wrong("malformed", complaint(str(trouble), FIELD_NAMES), 0, len(typed.text), verb.code)
        return self._understood(verb, values, made, board, located)

    def _not_a_place(self, verb: Verb, values: Values, typed: Typed, trouble: NotAPlace) -> Reading:
        start = typed.text.index(values["place"], typed.tokens[1].start)
        end = start + len(values["place"])
        offered = tuple(
            Completion(
                typed.text[:start] + offer.complete + typed.text[end:],
                Name(offer.text, offer.text),
                offer.distinguishes.en,
            )
            for offer in trouble.offers[:COMPLETIONS_MAX]
        )
        return _wrong(trouble.code, trouble.said, start, end, verb.code, offered)

    def _understood(self, verb: Verb, values: Values, made: Made, board: Board, located: list[Location]) -> Reading:
        return Reading(
            understood=True,
            explain=Name(
                _with(self._spoken(verb, values, board, located, "en"), made.also.en),
                _with(self._spoken(verb, values, board, located, "zh-CN"), made.also.zh),
            ),
            commands=made.commands,
            effect=made.effect,
            send_recommended=made.send_recommended,
            recommend_level=made.recommend_level,
            verb=verb.code,
        )

    def _spoken(self, verb: Verb, values: Values, board: Board, located: list[Location], language: Language) -> str:
        said = dict.fromkeys(EMPTY_UNLESS_NAMED, "")
        said |= dict.fromkeys((slot.name for pattern in verb.patterns for slot in pattern), "")
        for pattern in verb.patterns:
            for slot in pattern:
                if values.get(slot.name) is not None:
                    said[slot.name] = self._value(slot.kind, values[slot.name], board, language)
        if located:
            said["place"] = located[-1].text
        if "units" in said and not said["units"]:
            said["units"] = "推荐力量" if language == "zh-CN" else "what is recommended"
        if "level" in said and not said["level"]:
            said["level"] = "下一" if language == "zh-CN" else "the next"
        return verb.explain.spoken(language).format_map(said).strip()

    def _value(self, kind: str, value: object, board: Board, language: Language) -> str:
        if kind == "incident":
            incident = board.incidents[IncidentId(str(value))]
            return f"{incident.tag} ({incident.location.text})"
        if kind == "units" and isinstance(value, tuple):
            return "、".join(value) if language == "zh-CN" else ", ".join(value)
        if kind in self._lexicon.entries and kind != "unit":
            entry = self._lexicon.find(kind, str(value))
            return entry.label.spoken(language) if entry else str(value)
        return str(value)


def _with(said: str, also: str) -> str:
    return f"{said} · {also}" if also else said


def _wanted_words(kinds: Sequence[str], there: str) -> Name:
    if not kinds:
        return Name("nothing more belongs here", "此处不应再有内容")
    if there:
        return Name(
            f"“{there}” is not " + " or ".join(WANTED[kind].en for kind in kinds),
            f"“{there}”不是" + "或".join(WANTED[kind].zh for kind in kinds),
        )
    return Name(
        "next: " + " or ".join(WANTED[kind].en for kind in kinds),
        "此处应为" + "或".join(WANTED[kind].zh for kind in kinds),
    )


def _wrong(
    code: str, said: Name, start: int, end: int, verb: str = "", completions: tuple[Completion, ...] = ()
) -> Reading:
    error = LineError(code, said, start, end)
    return Reading(understood=False, explain=said, verb=verb, completions=completions, error=error)
