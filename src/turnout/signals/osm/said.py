"""What was guessed and has to be looked at, as problems in both languages."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

import msgspec

from turnout.signals.problem import Problem, Spot
from turnout.words.name import Name


class Guess(msgspec.Struct, frozen=True):
    """`part`: the approaches that are meant, or a number."""

    rule: str
    junction: str = ""
    part: str = ""
    part_zh: str = ""
    """Where it is words and not a name."""


TAKE_EXTRACT: Final = Name("take an extract of the city from OpenStreetMap", "请从 OpenStreetMap 截取该城市的地图")
LOOK: Final = Name("look at the street and write them into the file", "请到现场核对后写入文件")
SAID: Final[Mapping[str, tuple[Name, Name]]] = {
    "lanes-unknown": (
        Name("the map does not say how many lanes; they are guessed", "地图未标车道数，为推测值"),
        Name(
            "count the lanes and correct `lanes`; intergreens follow the width",
            "请清点车道并更正 lanes；绿灯间隔随宽度而变",
        ),
    ),
    "speed-unknown": (
        Name(
            "no speed limit on the map: amber is for the fastest that is usual on such a street, all else for 50 km/h",
            "地图未标限速：黄灯按此类道路常见的最高限速，其余按 50 km/h 计",
        ),
        Name("correct `speed_kmh` and the amber that follows from it", "请更正 speed_kmh 及相应黄灯时间"),
    ),
    "no-street-name": (
        Name("the street has no name on the map", "地图上该道路无名称"),
        Name("name it, or no arterial can be found through it", "请补充名称，否则无法据此查找干道"),
    ),
    "no-lamp": (
        Name("other approaches have a signal on the map, this one has none", "其他进口在地图上有信号灯，此进口没有"),
        Name("see whether it is signalled; take it out if it is not", "请核实是否有信号灯；若无请删去"),
    ),
    "turns-together": (
        Name("two that turn across face each other and have green together", "对向的两股转弯车流同时绿灯"),
        Name(
            "see whether both fit beside each other; else write an intergreen", "请核实两者能否并行；否则请写入绿灯间隔"
        ),
    ),
    "no-crossing": (
        Name("the map shows no crossing with signals here", "地图上此处没有带信号灯的人行横道"),
        Name("add the pedestrian groups that are there, with their clearances", "请补充现有的行人信号组及其清空时间"),
    ),
    "crossing-width-guessed": (
        Name(
            "the map does not say how wide the street is that they cross: lanes of 3.5 m, and who parks beside them",
            "地图未标所穿越道路的宽度：按每车道 3.5 m 加路侧停车位推测",
        ),
        Name(
            "measure it from kerb to kerb and correct `clearance_s` and `min_green_s`",
            "请实测路缘间距并更正 clearance_s 与 min_green_s",
        ),
    ),
    "no-plan": (
        Name("no plan could be made of the stages that keeps every time", "无法由各阶段组成满足全部时间要求的方案"),
        Name("write a plan for it by hand", "请手工编写方案"),
    ),
    "arterials-left-out": (
        Name(
            "more streets than one file holds: the shortest {part} are left out",
            "道路数超过单个文件的上限：最短的 {part} 条已略去",
        ),
        Name("take the map by districts if they are wanted", "如需要，请将地图按片区处理"),
    ),
    "crossings-guessed": (
        Name(
            "pedestrians cross here, the map does not say where: all arms are taken",
            "有行人过街，但地图未标位置：按每个路口臂均有处理",
        ),
        Name("take out the crossings that are not there", "请删去不存在的人行横道"),
    ),
    "lamp-alone": (
        Name(
            "a signal between junctions, and nothing on the map that crosses there",
            "路段上的信号灯，地图上没有与之相交者",
        ),
        Name(
            "say what it is for, or take it out: a crossing, an exit, a ramp", "请写明用途或删去：人行横道、出口或匝道"
        ),
    ),
    "many-arms": (
        Name("so many arms no junction has; it is left out", "路口臂过多，已略去"),
        Name("describe it by hand, as several junctions if it is several", "请手工描述；若为多个路口请分开"),
    ),
    "no-way-through": (
        Name("a signal with no way through it; it is left out", "信号灯处没有可通行的方向，已略去"),
        Name("see how the streets are drawn, one-ways above all", "请核对道路画法，尤其是单行方向"),
    ),
    "driving-side": (
        Name("no country is given: one is taken to drive on the right", "未指定国家：按右侧通行处理"),
        Name("name it: --country DE", "请指定，例如 --country CN"),
    ),
    "wrong-side": (
        Name("most streets with two carriageways are driven on the other side", "多数双幅道路为另一侧通行"),
        Name("name the country that the map is of", "请指定地图所属的国家"),
    ),
    "left-out": (
        Name("not everything around signals could be taken: {part}", "信号灯周边有内容未能采用：{part}"),
        Name(
            "take the extract with its ways whole, and look at turns that are forbidden",
            "请截取完整道路，并核对禁止转向",
        ),
    ),
    "proposed-plans": (
        Name(
            "the plan `proposed` is no street's plan: it is made up, to begin with",
            "方案 proposed 并非现场方案，仅供起步",
        ),
        Name("write the real plans and their hours, and take it out", "请写入真实方案与时段，并将其删去"),
    ),
}


def problems_of(guesses: tuple[Guess, ...], file: str) -> tuple[Problem, ...]:
    return tuple(_problem(guess, file) for guess in guesses)


def _problem(guess: Guess, file: str) -> Problem:
    what, cure = SAID[guess.rule]
    said = Name(what.en.replace("{part}", guess.part), what.zh.replace("{part}", guess.part_zh or guess.part))
    part = "" if "{part}" in what.en else guess.part
    return Problem(guess.rule, Spot(file, junction=guess.junction, part=part), said, cure, "warning")


LEFT: Final[Mapping[str, str]] = {
    "nodes that the file does not hold": "文件中缺失的节点",
    "ways of no length": "长度为零的道路",
    "turn restrictions: incomplete": "转向限制：不完整",
    "turn restrictions: conditional": "转向限制：附带条件",
    "turn restrictions: for other vehicles": "转向限制：针对其他车辆",
    "turn restrictions: emergency vehicles exempt": "转向限制：紧急车辆除外",
    "turn restrictions: not understood": "转向限制：无法识别",
}
"""What the reader counts, and its Chinese."""


def counted(left: Counter[str]) -> Name:
    every = sorted(left.items())
    return Name(
        ", ".join(f"{number} {what}" for what, number in every),
        "，".join(f"{LEFT[what]} {number} 处" for what, number in every),
    )
