"""What could follow: completions for the word being typed, by what the grammar wanted there."""

from turnout.core.board import Available, Board, OnIncident, OutOfService, Unit
from turnout.line.acts import VERBS
from turnout.line.grammar import Failure, Slot
from turnout.line.lexicon import Kind, Lexicon
from turnout.line.places import Places
from turnout.line.reading import Completion
from turnout.line.tokens import Typed, key_of
from turnout.roads.gazetteer.answers import Verified
from turnout.words.identity import UnitId
from turnout.words.name import Name

COMPLETIONS_MAX = 8
"""What fits under the line without covering the table."""
BY_NAME: frozenset[str] = frozenset(
    {"unit", "type", "status", "disposition", "station", "group", "hospital", "agency", "info",
     "out-of-service", "cancel", "preempt", "late", "reopen"}
)  # fmt: skip


def verbs_beginning(start: str) -> tuple[Completion, ...]:
    """Verbs of which a word begins with what was typed; all of them for an empty line."""
    key = key_of(start)
    fitting = [verb for verb in VERBS if any(word.startswith(key) for word in verb.words)]
    return tuple(
        Completion(f"{verb.words[0].upper()} ", verb.does, verb.example)
        for verb in fitting[: COMPLETIONS_MAX if key else len(VERBS)]
    )


def completions(
    failure: Failure, typed: Typed, board: Board, lexicon: Lexicon, places: Places
) -> tuple[Completion, ...]:
    """Ways to go on from the farthest word that was reached."""
    found: list[Completion] = []
    wanted = failure.wanted
    if failure.place_at is not None:
        whole = _is_a_place(_rest(typed, failure.place_at), places)
        types = _types_after_a_place(failure, typed, lexicon, places)
        found.extend(types[: COMPLETIONS_MAX // 2] if whole else types)
        if not types and not whole:
            found.extend(_places(_head(typed, failure.place_at), _rest(typed, failure.place_at), places))
        wanted = [slot for slot in wanted if whole or slot.kind != "type"]
    for slot in wanted:
        head, partial = _head(typed, failure.at), _rest(typed, failure.at)
        found.extend(_for_slot(slot, head, partial, board, lexicon, places))
    unique = {completion.text: completion for completion in found}
    return tuple(unique.values())[:COMPLETIONS_MAX]


def past_the_place(failure: Failure, typed: Typed, places: Places) -> Failure:
    """Where a place is followed by words that mean nothing, it is these that are wrong: `E 300 MISSION ST ZZZ`."""
    if failure.place_at is None or failure.at < len(typed.tokens):
        return failure
    for at in range(len(typed.tokens), failure.place_at, -1):
        if _is_a_place(_rest_until(typed, failure.place_at, at), places):
            return Failure(at, failure.wanted, failure.place_at)
    return failure


def _rest_until(typed: Typed, start: int, end: int) -> str:
    return typed.text[typed.tokens[start].start : typed.tokens[end - 1].end]


def _types_after_a_place(failure: Failure, typed: Typed, lexicon: Lexicon, places: Places) -> list[Completion]:
    """Types that the last words may begin, where what stands before them is a place: `E 300 MISSION ST STR`."""
    if failure.place_at is None or all(slot.kind != "type" for slot in failure.wanted):
        return []
    for at in range(failure.place_at + 1, len(typed.tokens)):
        entries = lexicon.beginning("type", _rest(typed, at), COMPLETIONS_MAX)
        if entries and _is_a_place(_rest_until(typed, failure.place_at, at), places):
            return [Completion(_head(typed, at) + entry.forms[0].upper() + " ", entry.label) for entry in entries]
    return []


def _is_a_place(text: str, places: Places) -> bool:
    return bool(text) and isinstance(places.verify(text), Verified)


def _rest(typed: Typed, at: int) -> str:
    return _rest_until(typed, at, len(typed.tokens)) if at < len(typed.tokens) else ""


def _head(typed: Typed, at: int) -> str:
    end = typed.tokens[at].start if at < len(typed.tokens) else len(typed.text)
    head = typed.text[:end]
    return head if head.endswith(" ") or not head else head + " "


def _for_slot(slot: Slot, head: str, partial: str, board: Board, lexicon: Lexicon, places: Places) -> list[Completion]:
    if slot.kind == "units":
        return _for_slot(Slot("unit", slot.name), head, partial, board, lexicon, places)
    if slot.kind == "unit":
        return _units(head, partial, board, lexicon)
    if slot.kind == "incident":
        return _incidents(head, partial, board)
    if slot.kind == "place":
        return _places(head, partial, places)
    if slot.kind == "word":
        return (
            [Completion(head + slot.words[0].upper() + " ", Name(slot.words[0], slot.words[-1]))]
            if _fits(slot.words, partial)
            else []
        )
    if slot.kind == "capability":
        entries = lexicon.beginning("capability", partial.lstrip("+＋"), COMPLETIONS_MAX) if partial else []
        return [Completion(f"{head}+{entry.forms[0].upper()} ", entry.label) for entry in entries]
    if slot.kind in BY_NAME:
        kind: Kind = slot.kind  # type: ignore[assignment]  # BY_NAME holds exactly the lexicon's kinds
        return [
            Completion(head + entry.forms[0].upper() + " ", entry.label)
            for entry in lexicon.beginning(kind, partial, COMPLETIONS_MAX)
        ]
    return []


def _fits(words: tuple[str, ...], partial: str) -> bool:
    return any(word.startswith(key_of(partial)) for word in words)


def _units(head: str, partial: str, board: Board, lexicon: Lexicon) -> list[Completion]:
    """Those at work first; who is off duty last. Exact call signs stay on top."""
    entries = lexicon.beginning("unit", partial, UNITS_LOOKED_AT)
    entries.sort(
        key=lambda entry: (entry.value.casefold() != key_of(partial), _rank(board.units.get(UnitId(entry.value))))
    )
    return [
        Completion(head + entry.value + " ", entry.label, _doing(board.units.get(UnitId(entry.value))))
        for entry in entries[:COMPLETIONS_MAX]
    ]


UNITS_LOOKED_AT = 500
"""Units weighed for the list: a city's whole fleet under one letter."""


def _rank(unit: Unit | None) -> int:
    match unit.status if unit is not None else None:
        case OnIncident() | Available():
            return 0
        case OutOfService():
            return 1
        case _:
            return 2


def _doing(unit: Unit | None) -> str:
    if unit is None:
        return ""
    return unit.status.at if isinstance(unit.status, OnIncident) else str(unit.status.__struct_config__.tag)


def _incidents(head: str, partial: str, board: Board) -> list[Completion]:
    key = key_of(partial)
    running = [
        incident
        for incident in board.incidents.values()
        if incident.status != "closed" and incident.tag.casefold().startswith(key)
    ]
    running.sort(key=lambda incident: (incident.priority, incident.opened))
    types = board.catalogue.types if board.catalogue else {}
    return [
        Completion(
            head + incident.tag + " ",
            types[incident.type].name if incident.type in types else Name(incident.type, incident.type),
            incident.location.text,
        )
        for incident in running[:COMPLETIONS_MAX]
    ]


def _places(head: str, partial: str, places: Places) -> list[Completion]:
    if not partial:
        return []
    return [
        Completion(head + found.complete + " ", Name(found.text, found.text), found.distinguishes.en)
        for found in places.suggest(partial, COMPLETIONS_MAX)
    ]
