"""Turn-by-turn directions in both languages, from the stretches of a way."""

from typing import Literal, assert_never

import msgspec

from turnout.words.name import Name
from turnout.words.place import Place

Turn = Literal[
    "depart",
    "straight",
    "slight_left",
    "slight_right",
    "left",
    "right",
    "sharp_left",
    "sharp_right",
    "u_turn",
    "arrive",
]

STRAIGHT_DEG, SLIGHT_DEG, SHARP_DEG, U_TURN_DEG = 20.0, 45.0, 120.0, 170.0
"""Where one kind of turn ends and the next begins, in degrees off straight on."""

_COMPASS = (
    Name("north", "北"),
    Name("northeast", "东北"),
    Name("east", "东"),
    Name("southeast", "东南"),
    Name("south", "南"),
    Name("southwest", "西南"),
    Name("west", "西"),
    Name("northwest", "西北"),
)
UNNAMED = Name("the road", "无名道路")


class Step(msgspec.Struct, frozen=True, gc=False):
    """One act of driving: what to do at `place`, and how far the street goes on from there."""

    turn: Turn
    street: Name
    place: Place
    length_m: float
    drive_s: float
    text: Name


def turn_for(angle_deg: float) -> Turn:
    """The kind of turn for a change of heading; positive is to the right, from -180 to 180."""
    size = abs(angle_deg)
    right = angle_deg > 0.0
    if size < STRAIGHT_DEG:
        return "straight"
    if size > U_TURN_DEG:
        return "u_turn"
    if size < SLIGHT_DEG:
        return "slight_right" if right else "slight_left"
    if size > SHARP_DEG:
        return "sharp_right" if right else "sharp_left"
    return "right" if right else "left"


def compass_point(heading_deg: float) -> Name:
    """The eighth of the compass that a heading points to."""
    return _COMPASS[round(heading_deg / 45.0) % 8]


def say(turn: Turn, street: Name, heading_deg: float) -> Name:
    """The line that is read out or shown for one step."""
    road = street if street.en else UNNAMED
    match turn:
        case "depart":
            point = compass_point(heading_deg)
            return Name(f"Head {point.en} on {road.en}", f"沿{road.zh}向{point.zh}行驶")
        case "straight":
            return Name(f"Continue on {road.en}", f"直行进入{road.zh}")
        case "slight_left":
            return Name(f"Bear left onto {road.en}", f"向左前方进入{road.zh}")
        case "slight_right":
            return Name(f"Bear right onto {road.en}", f"向右前方进入{road.zh}")
        case "left":
            return Name(f"Turn left onto {road.en}", f"左转进入{road.zh}")
        case "right":
            return Name(f"Turn right onto {road.en}", f"右转进入{road.zh}")
        case "sharp_left":
            return Name(f"Turn sharp left onto {road.en}", f"向左急转进入{road.zh}")
        case "sharp_right":
            return Name(f"Turn sharp right onto {road.en}", f"向右急转进入{road.zh}")
        case "u_turn":
            return Name(f"Make a U-turn on {road.en}", f"在{road.zh}掉头")
        case "arrive":
            return Name(f"Arrive on {road.en}", f"到达{road.zh}")
        case _:
            assert_never(turn)
