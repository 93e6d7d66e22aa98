"""The fallback kit: what the room works from when the program is down (Bucks County 2024: nine days).

`sheet.py` is the picture of this minute: open incidents, units, telephone lists, last places. `forms.py` is the paper
to go on with. Each is one self-contained HTML file, with no script and nothing fetched, printable in black and white.
"""

from turnout.reports.fallback.forms import paper_forms
from turnout.reports.fallback.sheet import LastPlace, fallback_sheet

__all__ = ["LastPlace", "fallback_sheet", "paper_forms"]
