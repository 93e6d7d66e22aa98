"""How one record of a file becomes the fields of a table: cells of CSV, plans with their levels, needs, hours."""

import re
from collections.abc import Callable
from typing import Any, Final

from turnout.city.problem import BrokenFolder, Problem, Spot
from turnout.city.sheets import Row
from turnout.words.name import Name

NEED: Final = re.compile(r"^\s*(\d+)\s+(\S+)(?:\s+(\S+))?\s*$")
"""A need in a plan: `3 engine attack`, i.e. count, capability, role."""

CLOCK: Final = re.compile(r"^([01]?\d|2[0-4]):([0-5]\d)$")


def words_of(cell: str) -> list[str]:
    """Several values in one cell, separated by blanks."""
    return cell.split()


def aliases_of(cell: str) -> list[str]:
    """Aliases may hold blanks, so they are separated by `|`."""
    return [part.strip() for part in cell.split("|") if part.strip()]


def counts_of(cell: str) -> dict[str, str]:
    """`engine:1 truck:2` → {"engine": "1", "truck": "2"}; a part without `:` counts 1."""
    return {name: count or "1" for name, _, count in (part.partition(":") for part in cell.split())}


CELLS: Final[dict[str, Callable[[str], Any]]] = {
    "capabilities": words_of,
    "crew_shared_with": words_of,
    "agencies": words_of,
    "aliases": aliases_of,
    "keep_available": counts_of,
}


def record_of(row: Row) -> dict[str, Any]:
    """A record as its table wants it: `name_en`+`name_zh` → name, `lat`+`lon` → place, empty cells left out."""
    cells = dict(row.fields)
    record: dict[str, Any] = {}
    if "name_en" in cells:
        record["name"] = {"en": cells.pop("name_en"), "zh": cells.pop("name_zh")}
    if "lat" in cells:
        record["place"] = {"lat": cells.pop("lat"), "lon": cells.pop("lon")}
    for key, cell in cells.items():
        if cell != "":
            record[key] = CELLS[key](cell) if key in CELLS and isinstance(cell, str) else cell
    return record


def plan_levels(row: Row) -> list[dict[str, Any]]:
    """A `[[plan]]` of the file as one record per alarm level; the first level keeps the plan's own id."""
    base = {key: value for key, value in row.fields.items() if key not in ("levels", "hours")}
    base["hours"] = [hours_of(each, row.spot) for each in row.fields.get("hours", [])]
    levels = row.fields.get("levels", {})
    if not isinstance(levels, dict) or not levels or not all(re.fullmatch(r"[1-9]", key) for key in levels):
        raise BrokenFolder(
            (
                Problem(
                    "plan-levels",
                    row.spot,
                    Name("the plan has no alarm levels", "预案没有响应级别"),
                    Name('write `levels.1 = ["1 engine", …]`, `levels.2 = …`', '请写 `levels.1 = ["1 engine", …]` 等'),
                ),
            )
        )
    return [
        base
        | {
            "id": base.get("id", "") if key == "1" else f"{base.get('id', '')}/{key}",
            "alarm_level": int(key),
            "needs": [need_of(each, row.spot) for each in levels[key]],
        }
        for key in sorted(levels)
    ]


def need_of(text: Any, spot: Spot) -> dict[str, Any]:
    """`3 engine attack` as a need."""
    match = NEED.match(text) if isinstance(text, str) else None
    if match is None or int(match.group(1)) < 1:
        raise BrokenFolder(
            (
                Problem(
                    "plan-need",
                    spot,
                    Name(f"`{text}` is not a need", f"`{text}` 不是合法的力量需求"),
                    Name(
                        "write count, capability and, if you like, role: `3 engine attack`",
                        "请写成：数量 能力 [角色]，如 `3 engine attack`",
                    ),
                ),
            )
        )
    return {"capability": match.group(2), "count": int(match.group(1)), "role": match.group(3) or ""}


def hours_of(window: Any, spot: Spot) -> dict[str, Any]:
    """`{days = [1, 2], from = "22:00", to = "06:00"}` in minutes of the day."""
    if isinstance(window, dict) and set(window) == {"days", "from", "to"}:
        ends = [CLOCK.match(str(window[key])) for key in ("from", "to")]
        days = window["days"]
        if all(ends) and isinstance(days, list) and days and all(day in range(1, 8) for day in days):
            minutes = [int(end.group(1)) * 60 + int(end.group(2)) for end in ends if end]
            return {"days": days, "from_min": minutes[0], "to_min": minutes[1]}
    raise BrokenFolder(
        (
            Problem(
                "plan-hours",
                spot,
                Name(f"`{window}` is not a window of the week", f"`{window}` 不是合法的时段"),
                Name(
                    'write {days = [1, 2, 3], from = "22:00", to = "06:00"}',
                    '请写成 {days = [1, 2, 3], from = "22:00", to = "06:00"}',
                ),
            ),
        )
    )
