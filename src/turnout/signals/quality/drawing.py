"""The Purdue coordination diagram as a drawing: time of day to the right, time in the cycle upwards, an SVG file.

Red begins at the bottom of each cycle; the green line is the beginning of green, the amber one its end, the dark one
the end of the cycle. A dot is a vehicle at the stop line, a larger one several. Dots between green and amber came on
green. Hours that nobody knows are shaded. Built as a tree, so that no name can become markup.
"""

import math
from typing import Any, Final
from xml.etree import ElementTree as Tree

from turnout.signals.quality.figures import PurdueDiagram, QualityReport
from turnout.signals.quality.log import clock_text
from turnout.words.name import Language, Name

WIDTH: Final = 1_100.0
HEIGHT: Final = 420.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 20.0, 70.0, 58.0
CYCLE_LEAST_S: Final = 30.0
NAME_MAX: Final = 60
HOUR_MS: Final = 3_600_000

GREEN, AMBER, CYCLE, DOT = "#2e8540", "#b35900", "#7a1f1f", "#1f3f77"

TITLE: Final = Name("Purdue coordination diagram", "普渡协调图")
DAY: Final = Name("time of day", "时刻")
INTO: Final = Name("seconds after the beginning of red", "红灯开始后（秒）")
LEGEND: Final = (
    (GREEN, Name("green begins", "绿灯开始")),
    (AMBER, Name("green ends", "绿灯结束")),
    (CYCLE, Name("cycle ends", "周期结束")),
    (DOT, Name("vehicle at the stop line", "车辆到达停止线")),
)
MISSING: Final = Name("no data", "无数据")
PUT_TOGETHER: Final = Name("points of {cell} s and {into} s are put together", "每 {cell} 秒 × {into} 秒内的点已合并")
ON_GREEN: Final = Name("{share:.0%} on green", "绿灯到达 {share:.0%}")


def purdue_svg(report: QualityReport, diagram: PurdueDiagram, name: Name, language: Language) -> bytes:
    """The SVG file of one group, UTF-8. `name`: of the junction."""
    return _Drawing(report, diagram, language).drawn(name.spoken(language))


class _Drawing:
    def __init__(self, report: QualityReport, diagram: PurdueDiagram, language: Language) -> None:
        self.report, self.diagram, self.language = report, diagram, language
        cycles = sorted(each.lasts_s for each in diagram.cycles)
        usual = cycles[int(len(cycles) * 0.98)] if cycles else CYCLE_LEAST_S
        self.high_s = math.ceil(max(usual * 1.05, CYCLE_LEAST_S) / 10) * 10

    def x(self, at_ms: float) -> float:
        share = (at_ms - self.report.from_ms) / (self.report.to_ms - self.report.from_ms)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, into_s: float) -> float:
        return HEIGHT - BOTTOM - into_s / self.high_s * (HEIGHT - TOP - BOTTOM)

    def drawn(self, name: str) -> bytes:
        svg = Tree.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {WIDTH:g} {HEIGHT:g}",
                "width": f"{WIDTH:g}",
                "height": f"{HEIGHT:g}",
                "font-family": "system-ui, 'Noto Sans CJK SC', sans-serif",
                "font-size": "12",
                "lang": self.language,
            },
        )
        said = f"{name} · {self.diagram.group} · {TITLE.spoken(self.language)}"
        _add(svg, "title").text = _plain(said)
        _add(svg, "rect", x=0, y=0, width=WIDTH, height=HEIGHT, fill="#fff")
        _text(svg, 16, 26, said if len(said) <= NAME_MAX * 2 else said[: NAME_MAX * 2 - 1] + "…", size=17, weight="700")
        self._legend(svg)
        self._axes(svg)
        clip = _add(_add(svg, "defs"), "clipPath", id="plane")
        _add(clip, "rect", x=LEFT, y=TOP, width=WIDTH - LEFT - RIGHT, height=HEIGHT - TOP - BOTTOM)
        plane = _add(svg, "g", clip_path="url(#plane)")
        self._missing(plane)
        self._points(plane)
        cycles = self.diagram.cycles
        self._line(plane, GREEN, [(each.at_ms, each.green_at_s) for each in cycles])
        self._line(plane, AMBER, [(each.at_ms, each.yellow_at_s) for each in cycles])
        self._line(plane, CYCLE, [(each.at_ms, each.lasts_s) for each in cycles])
        body: bytes = Tree.tostring(svg, encoding="utf-8", xml_declaration=True)
        return body + b"\n"

    def _legend(self, svg: Tree.Element) -> None:
        at = 16.0
        for colour, name in LEGEND:
            said = name.spoken(self.language)
            if colour == DOT:
                _add(svg, "circle", cx=at + 8, cy=44, r=2.5, fill=colour)
            else:
                _add(svg, "line", x1=at, x2=at + 16, y1=44, y2=44, stroke=colour, stroke_width=2)
            _text(svg, at + 22, 48, said)
            at += 40 + 7.0 * sum(2 if ord(letter) > 0x2E80 else 1 for letter in said)
        notes = []
        arrivals = [each.arrivals for each in self.report.hours if each.group == self.diagram.group and each.arrivals]
        total = sum(each.all for each in arrivals)
        if total:
            share = sum(each.on_green for each in arrivals) / total
            notes.append(ON_GREEN.spoken(self.language).format(share=share))
        if self.diagram.cell_s:
            cells = {"cell": self.diagram.cell_s, "into": self.diagram.into_cell_s}
            notes.append(PUT_TOGETHER.spoken(self.language).format_map(cells))
        _text(svg, WIDTH - RIGHT, 48, " · ".join(notes), anchor="end")

    def _axes(self, svg: Tree.Element) -> None:
        foot = HEIGHT - BOTTOM
        for second in range(0, self.high_s + 1, 10 if self.high_s <= 120 else 30):
            _add(svg, "line", x1=LEFT, x2=WIDTH - RIGHT, y1=self.y(second), y2=self.y(second), stroke="#e4e4e4")
            _text(svg, LEFT - 8, self.y(second) + 4, str(second), anchor="end", size=11)
        hours = (self.report.to_ms - self.report.from_ms) // HOUR_MS
        step = next((each for each in (1, 2, 3, 6, 12, 24) if hours / each <= 14), 24 * max(1, hours // 336))
        for n in range(0, hours + 1, step):
            at = self.x(self.report.from_ms + n * HOUR_MS)
            text = clock_text(self.report.from_ms + n * HOUR_MS)
            _add(svg, "line", x1=at, x2=at, y1=TOP, y2=foot, stroke="#d0d0d0")
            _text(svg, at, foot + 17, text[11:16] if hours <= 48 else text[5:13] + ":00", anchor="middle", size=11)
        _text(svg, WIDTH - RIGHT, foot + 40, DAY.spoken(self.language), anchor="end", size=11)
        _text(svg, LEFT, TOP - 8, INTO.spoken(self.language), size=11)
        _text(svg, LEFT, foot + 40, clock_text(self.report.from_ms)[:10], size=11)

    def _missing(self, plane: Tree.Element) -> None:
        for gap in self.report.gaps:
            begin, end = max(gap.from_ms, self.report.from_ms), min(gap.to_ms, self.report.to_ms)
            wide = self.x(end) - self.x(begin)
            _add(plane, "rect", x=self.x(begin), y=TOP, width=wide, height=HEIGHT - TOP - BOTTOM, fill="#dcdcdc")
            if wide > 50:
                _text(
                    plane, self.x(begin) + wide / 2, TOP + 16, MISSING.spoken(self.language), anchor="middle", size=11
                )

    def _points(self, plane: Tree.Element) -> None:
        """All dots of one size are one path, so that a day's drawing stays small."""
        by_size: dict[float, list[str]] = {}
        for point in self.diagram.points:
            size = round(min(1.4 * math.sqrt(point.vehicles), 6.0), 1)
            by_size.setdefault(size, []).append(f"M{self.x(point.at_ms):.1f} {self.y(point.into_s):.1f}h0")
        for size, moves in sorted(by_size.items()):
            _add(
                plane,
                "path",
                d="".join(moves),
                stroke=DOT,
                stroke_width=size * 2,
                stroke_linecap="round",
                stroke_opacity=0.55,
                fill="none",
            )

    def _line(self, plane: Tree.Element, colour: str, ends: list[tuple[int, float | None]]) -> None:
        """From cycle to cycle, broken where more than ten minutes lie between."""
        moves, last = [], None
        for at_ms, into_s in ends:
            if into_s is None:
                last = None
                continue
            apart = last is None or at_ms - last > max(600_000, 2_500 * self.diagram.cell_s)
            moves.append(f"{'M' if apart else 'L'}{self.x(at_ms):.1f} {self.y(into_s):.1f}")
            last = at_ms
        if moves:
            _add(plane, "path", d="".join(moves), stroke=colour, stroke_width=1.6, fill="none")


def _add(parent: Tree.Element, tag: str, **attributes: Any) -> Tree.Element:
    texts = {
        name.replace("_", "-"): f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
        for name, value in attributes.items()
    }
    return Tree.SubElement(parent, tag, texts)


def _plain(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())


def _text(
    parent: Tree.Element, x: float, y: float, text: str, *, anchor: str = "start", size: float = 12, weight: str = "400"
) -> None:
    made = _add(parent, "text", x=x, y=y, text_anchor=anchor, font_size=size, font_weight=weight, fill="#111")
    made.text = _plain(text)
