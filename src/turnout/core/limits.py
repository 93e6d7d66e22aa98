"""Sizes that no message from outside may exceed. Decoding refuses what is over; each has the reason for its value."""

from typing import Annotated

import msgspec

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
"""A UUID is 36 characters; call signs and codes are shorter."""

Code = Annotated[str, msgspec.Meta(max_length=64)]
"""A code from the tables, or empty."""

WHOLE_MAX = 2**53 - 1
"""The largest whole number that every program reads alike (RFC 8259, clause 6); a snapshot of the board can hold it."""

Whole = Annotated[int, msgspec.Meta(ge=-WHOLE_MAX, le=WHOLE_MAX)]
Count = Annotated[int, msgspec.Meta(ge=0, le=WHOLE_MAX)]

Line = Annotated[str, msgspec.Meta(max_length=500)]
"""What fits a line on the screen, and a place as it was typed."""

Text = Annotated[str, msgspec.Meta(max_length=8_000)]
"""One narrative entry: about four printed pages; a longer one is several entries."""

STACK_MAX = 100
"""Places in a stack that can be named: more than any shift can work off."""

Message = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
"""One written message: a long text message of 10 parts has some 1,500 characters."""

UNITS_MAX = 200
"""Units in one act. There is no limit in the rules (2.4); this one keeps a message finite. The whole city has 178."""

STAGES_MAX = 16
"""Times of one assignment: there are ten stages."""
