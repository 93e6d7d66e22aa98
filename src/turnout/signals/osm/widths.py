"""How wide a carriageway is, by what the map says and leaves open.

Tags after the OpenStreetMap wiki: `width`, `lanes`, `parking:SIDE` (the older `parking:lane:SIDE`), `cycleway:SIDE`.
"""

import re
from collections.abc import Mapping
from typing import Final

LANE_M: Final = 3.5
"""Wide lanes make long ways to clear. RASt 06 has 3.25 m for most streets in towns."""
NARROW_LANE_M: Final = 2.75
"""Narrow lanes bring stop lines near: for how early somebody can be in the way."""
CYCLE_LANE_M: Final = 2.0
PARKED_M: Final = 2.5
PARKED_AT_ANGLE_M: Final = 5.0
WIDTH_MAX_M: Final = 80.0
"""Wider than any street: a slip."""
SIDES: Final = ("left", "right")
_METRES: Final = re.compile(r"^\s*(\d{1,3}(?:\.\d+)?)\s*(m)?\s*$")
_FEET: Final = re.compile(r"^\s*(\d{1,3}(?:\.\d+)?)\s*(?:'|ft)\s*$")
_BESIDE_IT: Final = frozenset({"no", "none", "on_kerb"})
"""Values of `parking:SIDE` with nobody parked on the carriageway."""
_NONE_PARKED: Final = frozenset({"no", "none", "no_parking", "no_stopping", "fire_lane"})
_AT_ANGLE: Final = frozenset({"diagonal", "perpendicular", "marked"})
_ON_LANES: Final = frozenset({"lane", "opposite_lane", "shared_lane"})


def tagged_m(tags: Mapping[str, str]) -> float | None:
    """What the map has as the carriageway's width."""
    text = tags.get("width:carriageway") or tags.get("width", "")
    metres, feet = _METRES.match(text), _FEET.match(text)
    found = float(metres[1]) if metres else float(feet[1]) * 0.3048 if feet else 0.0
    return found if 0 < found <= WIDTH_MAX_M else None


def carriageway_m(tags: Mapping[str, str], lanes: int) -> float:
    """The wider of its `width` and of its lanes with who parks and cycles beside them.

    Where there is no `width`, cars are parked on every side that is not said to have none.
    """
    tagged = tagged_m(tags)
    beside = sum(_parked_m(tags, side, tagged is None) + _cycling_m(tags, side) for side in SIDES)
    return max(tagged or 0.0, lanes * LANE_M + beside)


def narrow_m(tags: Mapping[str, str], lanes: int) -> float:
    """The least that it can be."""
    return min(tagged_m(tags) or WIDTH_MAX_M, lanes * NARROW_LANE_M)


def _of_side(tags: Mapping[str, str], key: str, side: str, after: str = "") -> str:
    return tags.get(f"{key}:{side}{after}") or tags.get(f"{key}:both{after}") or ""


def _parked_m(tags: Mapping[str, str], side: str, is_open: bool) -> float:
    """`is_open`: whether cars are parked where the map says nothing."""
    place, older = _of_side(tags, "parking", side), _of_side(tags, "parking:lane", side)
    if place in _BESIDE_IT or (not place and older in _NONE_PARKED):
        return 0.0
    if place in ("", "separate") and older in ("", "separate"):
        return PARKED_M if is_open else 0.0
    angle = _of_side(tags, "parking", side, ":orientation") or older
    return PARKED_AT_ANGLE_M if angle in _AT_ANGLE else PARKED_M


def _cycling_m(tags: Mapping[str, str], side: str) -> float:
    found = _of_side(tags, "cycleway", side) or tags.get("cycleway", "")
    return CYCLE_LANE_M if found in _ON_LANES else 0.0
