"""Blank forms for the time on paper. Their columns are what entering from paper asks for afterwards."""

from typing import Final

from turnout.reports.fallback.words import WORDS
from turnout.reports.page import element, page, table, wide
from turnout.words.name import Language, Name

INCIDENT_ROWS: Final = 9
UNIT_ROWS: Final = 12
"""As many blank lines as an A4 page in landscape holds."""
INCIDENT_COLUMNS: Final = (
    *("paper_number", "time", "place", "type", "priority", "text"),
    *("caller_number", "units_sent", "disposition", "taken_by"),
)
UNIT_COLUMNS: Final = (
    *("unit", "paper_number", "dispatched", "enroute", "on_scene"),
    *("transporting", "at_destination", "cleared", "remarks"),
)

WRITTEN_OUT: Final = frozenset({"place", "text", "remarks"})


def paper_forms(city: Name, language: Language) -> bytes:
    """A page for incidents and a page for unit times, to be copied as often as needed."""

    def say(code: str) -> str:
        return WORDS[code].spoken(language)

    def blank(title: str, columns: tuple[str, ...], rows: int) -> list[object]:
        head = "   ".join(f"{say(field)}: ____________" for field in ("date", "position", "sheet_number"))
        heads = [wide(say(column)) if column in WRITTEN_OUT else say(column) for column in columns]
        grid = table(heads, [["" for _ in columns]] * rows, kind="blank")
        return [element("h1", f"{city.spoken(language)}: {say(title)}"), element("p", head), grid]

    return page(
        f"{city.spoken(language)}: {say('forms')}",
        language,
        element("p", say("forms_how"), kind="notice"),
        blank("form_incidents", INCIDENT_COLUMNS, INCIDENT_ROWS),
        element("div", blank("form_units", UNIT_COLUMNS, UNIT_ROWS), kind="break"),
    )
