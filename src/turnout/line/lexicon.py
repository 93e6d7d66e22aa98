"""The words that a line may name: units, stations, types, statuses, dispositions, reasons, groups, hospitals.

Each has several forms: its code, its aliases, its names in both languages, and the pinyin initials of its Chinese name,
so that `JZHZ` finds 建筑火灾 without changing the keyboard. Made once per published catalogue.
"""

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

from turnout.core.catalogue import Catalogue
from turnout.line.tokens import key_of
from turnout.words.later import Later
from turnout.words.name import Name

pypinyin = Later("pypinyin")


Kind = Literal[
    "unit", "type", "status", "disposition", "station", "group", "hospital", "agency", "info",
    "out-of-service", "cancel", "preempt", "late", "reopen", "capability",
]  # fmt: skip

STAGE_WORDS: dict[str, tuple[Name, tuple[str, ...]]] = {
    "acknowledged": (Name("Acknowledged", "已接令"), ("ack", "10-4")),
    "enroute": (Name("En route", "出动途中"), ("enr", "er", "resp")),
    "staged": (Name("Staged", "集结待命"), ("stg",)),
    "on-scene": (Name("On scene", "到场"), ("ons", "os", "arr", "10-97")),
    "at-patient": (Name("At patient", "接触伤员"), ("pt",)),
    "transporting": (Name("Transporting", "转送"), ("tra", "tr")),
    "at-destination": (Name("At destination", "到达目的地"), ("hos", "dest")),
    "clearing": (Name("Clearing", "正在撤离"), ("clg",)),
    "available": (Name("Available", "可用"), ("avl", "av", "10-8")),
}
"""The common stages (APCO ANS 1.116), for agencies that have no words of their own."""


class Entry(msgspec.Struct, frozen=True):
    """One thing that may be named. `forms` are comparison keys, the first one shown when it is completed."""

    value: str
    label: Name
    forms: tuple[str, ...]


class Lexicon:
    """All words of one catalogue, found by exact form or by the beginning of one."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.entries: dict[Kind, tuple[Entry, ...]] = _entries_of(catalogue)
        self._by_form: dict[Kind, dict[str, Entry]] = {}
        for kind, entries in self.entries.items():
            forms = self._by_form.setdefault(kind, {})
            for rank in range(max((len(entry.forms) for entry in entries), default=0)):
                for entry in entries:
                    if rank < len(entry.forms):
                        forms.setdefault(entry.forms[rank], entry)
        self.longest = {
            kind: max((form.count(" ") + 1 for form in forms), default=1) for kind, forms in self._by_form.items()
        }

    def find(self, kind: Kind, text: str) -> Entry | None:
        """What is meant by this text, exactly; codes win over aliases, aliases over names."""
        return self._by_form.get(kind, {}).get(key_of(text))

    def beginning(self, kind: Kind, text: str, limit: int) -> list[Entry]:
        """Up to `limit` entries of which a form, or a word in one, begins with this text; the shortest forms first."""
        start = key_of(text)
        ranked: dict[str, tuple[int, int, Entry]] = {}
        for entry in self.entries.get(kind, ()):
            ranks = [(0 if form.startswith(start) else 1, len(form)) for form in entry.forms if _begins(form, start)]
            if ranks:
                ranked[entry.value] = (*min(ranks), entry)
        return [entry for _, _, entry in sorted(ranked.values(), key=lambda rank: rank[:2])[:limit]]


def _begins(form: str, start: str) -> bool:
    return form.startswith(start) or f" {start}" in form


def initials_of(chinese: str) -> str:
    """The pinyin initials of a Chinese name: 建筑火灾 → jzhz. Latin letters in it stay."""
    return "".join(pypinyin.lazy_pinyin(chinese, style=pypinyin.Style.FIRST_LETTER)).casefold()


def _entry(value: str, label: Name, *more: str) -> Entry:
    forms = [value, *more, label.en, label.zh, initials_of(label.zh)]
    return Entry(value, label, tuple(dict.fromkeys(key for form in forms if (key := key_of(form)))))


def _unit_forms(unit_id: str) -> tuple[str, ...]:
    """`E07` is also `E7`, as crews say it."""
    bare = re.sub(r"(?<=[A-Za-z])0+(?=\d)", "", unit_id)
    return (bare,) if bare != unit_id else ()


def _entries_of(catalogue: Catalogue) -> dict[Kind, tuple[Entry, ...]]:
    reasons = catalogue.reasons.values()
    return {
        "unit": _made(
            _entry(unit.id, Name(str(unit.id), str(unit.id)), *unit.aliases, *_unit_forms(unit.id))
            for unit in catalogue.units.values()
        ),
        "type": _made(_entry(each.code, each.name, *each.aliases) for each in catalogue.types.values()),
        "status": _statuses(catalogue),
        "disposition": _made(_entry(each.code, each.name, *each.aliases) for each in catalogue.dispositions.values()),
        "station": _made(_entry(each.id, each.name) for each in catalogue.stations.values()),
        "group": _made(_entry(each.id, each.name) for each in catalogue.groups.values()),
        "hospital": _made(_entry(each.id, each.name, *each.aliases) for each in catalogue.hospitals.values()),
        "agency": _made(_entry(each.id, each.name) for each in catalogue.agencies.values()),
        "capability": _made(_entry(code, name) for code, name in catalogue.capabilities.items()),
        "info": _made(_entry(each.short, each.title) for each in catalogue.info.values()),
        "out-of-service": _made(_entry(each.code, each.name) for each in reasons if each.kind == "out-of-service"),
        "cancel": _made(_entry(each.code, each.name) for each in reasons if each.kind == "cancel"),
        "preempt": _made(_entry(each.code, each.name) for each in reasons if each.kind == "preempt"),
        "late": _made(_entry(each.code, each.name) for each in reasons if each.kind == "late"),
        "reopen": _made(_entry(each.code, each.name) for each in reasons if each.kind == "reopen"),
    }


def _made(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(entries)


def _statuses(catalogue: Catalogue) -> tuple[Entry, ...]:
    """The agencies' own codes first, then every common stage."""
    own = {each.code: _entry(each.code, each.name, *each.aliases) for each in catalogue.statuses}
    common = {stage: _entry(stage, label, *forms) for stage, (label, forms) in STAGE_WORDS.items()}
    return (*own.values(), *(entry for stage, entry in common.items() if stage not in own))
