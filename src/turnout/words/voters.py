"""What a database's keeper and those who ask the database both know: where it says which voters it hears."""

from typing import Final

VOTERS_SETTING: Final = "turnout.voters"
"""A setting of PostgreSQL, of a prefix of our own: names with a space between, as the primary's keeper hears them."""
