"""What people type: no two things of one table answer to the same word on the command line.

The forms are those of the command line's own lexicon: the code, the aliases, the names in both languages, and the
pinyin initials of the Chinese name; a unit `E07` is also `E7`. Letter case does not count.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from turnout.city.draft import Draft, Read
from turnout.city.problem import Problem, Spot
from turnout.words.later import Later
from turnout.words.name import Name

pypinyin = Later("pypinyin")


@dataclass(frozen=True)
class Spoken:
    """One thing that can be typed, and every exact form of it."""

    table: str
    code: str
    forms: tuple[str, ...]
    initials: str
    spot: Spot


def initials_of(chinese: str) -> str:
    """建筑火灾 → jzhz."""
    return "".join(pypinyin.lazy_pinyin(chinese, style=pypinyin.Style.FIRST_LETTER)).casefold()


def said_of(unit: str) -> str:
    """E07 → E7, as crews say it."""
    return re.sub(r"(?<=[A-Za-z])0+(?=\d)", "", unit)


def _spoken(table: str, code: str, aliases: Sequence[str], name: Name | None, spot: Spot) -> Spoken:
    names = (name.en, name.zh) if name else ()
    forms = tuple(dict.fromkeys(form.casefold() for form in (code, *aliases, *names) if form))
    return Spoken(table, code, forms, initials_of(name.zh) if name else "", spot)


def _tables(draft: Draft) -> Iterator[list[Spoken]]:
    def plain(table: str, reads: Iterable[Read]) -> list[Spoken]:  # type: ignore[type-arg]
        return [_spoken(table, each.value.code, each.value.aliases, each.value.name, each.spot) for each in reads]

    yield plain("type", draft.types)
    yield plain("disposition", draft.dispositions)
    yield [
        _spoken("unit", each.value.id, (*each.value.aliases, said_of(each.value.id)), None, each.spot)
        for each in draft.units
    ]
    yield [
        _spoken("hospital", each.value.id, each.value.aliases, each.value.name, each.spot) for each in draft.hospitals
    ]
    yield [_spoken("info", each.value.short, (), each.value.title, each.spot) for each in draft.info]
    for agency in [each.value.id for each in draft.agencies]:
        yield plain("status", [each for each in draft.statuses if each.value.agency in (None, agency)])


def words_mean_one_thing(draft: Draft) -> Iterator[Problem]:
    told: set[tuple[str, Spot]] = set()
    for table in _tables(draft):
        owner: dict[str, Spoken] = {}
        for each in table:
            for form in each.forms:
                first = owner.setdefault(form, each)
                if first.code != each.code and (form, each.spot) not in told:
                    told.add((form, each.spot))
                    yield _collision(form, first, each)
        yield from _same_initials(table, owner)


def _collision(form: str, first: Spoken, second: Spoken) -> Problem:
    return Problem(
        "word-collision",
        second.spot,
        Name(
            f"`{form}` means both {first.table} `{first.code}` ({first.spot.spoken('en')}) and `{second.code}`",
            f"`{form}` 同时指 `{first.code}`（{first.spot.spoken('zh-CN')}）和 `{second.code}`",
        ),
        Name("take the alias or name away from one of them", "请从其一去掉该别名或名称"),
    )


def _same_initials(table: list[Spoken], owner: dict[str, Spoken]) -> Iterator[Problem]:
    """Derived initials are only a convenience: where they are not unique, the command line asks."""
    first: dict[str, Spoken] = {}
    for each in table:
        if not each.initials or each.table not in ("type", "disposition", "hospital"):
            continue
        other = first.setdefault(each.initials, each)
        other = owner.get(each.initials, other)
        if other.code != each.code:
            yield Problem(
                "initials-collision",
                each.spot,
                Name(
                    f"the pinyin initials `{each.initials}` mean both `{other.code}` and `{each.code}`",
                    f"拼音首字母 `{each.initials}` 同时指 `{other.code}` 和 `{each.code}`",
                ),
                Name(
                    "reword one of the Chinese names, or people will be asked which",
                    "请改写其一的中文名称，否则输入时需再选择",
                ),
                "warning",
            )
