"""The starter catalogue: types, plans, statuses and codes in both languages, copied into every newly built city."""

from pathlib import Path
from typing import Final

TEMPLATES: Final = Path(__file__).parent
