"""The time-space diagram of a green wave, as engineers draw it: time to the right, the road upwards, an SVG file.

At every junction two bars run along: above the line the outbound greens and reds, below it the inbound ones. Bands are
the slanting strips: outbound rises, inbound falls. Built as a tree, so that no name can become markup.
"""

from collections.abc import Iterable
from typing import Final
from xml.etree import ElementTree as Tree

from turnout.signals.arterial import Band, BandTask, Coordination
from turnout.words.name import Language, Name

WIDTH: Final = 1_100.0
LEFT: Final = 210.0
"""Room for the junctions' names."""
TOP: Final = 92.0
BOTTOM: Final = 54.0
BAR: Final = 6.0
"""Height of one bar."""
ROOM: Final = 66.0
"""Least height between the lines of two neighbours, on average."""
CYCLES: Final = 2.5
"""So many are drawn, and what the bands need to run through."""
SPEED_AT: Final = 0.35
"""The speed stands so far along its section: where two bands cross, one is read above the other."""
NAME_MAX: Final = 28
"""Characters of a name; the rest is cut off."""

OUTBOUND, INBOUND = "#1f5fa8", "#b35900"
RED, GREEN = "#a61c1c", "#8ccb93"
"""Dark and light, so that who does not tell the colours apart still tells stop from go."""

TIME: Final = Name("time, s", "时间（秒）")
OUT: Final = Name("outbound", "去程")
BACK: Final = Name("inbound", "返程")
CYCLE: Final = Name("cycle", "周期")
SHARE: Final = Name("of the cycle", "（占周期）")
NO_BAND: Final = Name("no band", "无绿波带")
UPPER: Final = Name("upper bar: outbound, lower bar: inbound", "上条：去程，下条：返程")


def diagram(
    task: BandTask,
    found: Coordination,
    title: Name,
    names: dict[str, Name],
    language: Language,
    through: tuple[float, float],
) -> bytes:
    """The SVG file, UTF-8. `names` by junction; `through`: the widths of the bands through all sites, in seconds."""
    return _Drawing(task, found, language).drawn(title.spoken(language), names, through)


class _Drawing:
    def __init__(self, task: BandTask, found: Coordination, language: Language) -> None:
        self.task, self.found, self.language = task, found, language
        self.road_m = max(task.sites[-1].at_m, 1.0)
        self.high = max(240.0, ROOM * (len(task.sites) - 1))
        self.height = TOP + self.high + BOTTOM
        run_s = max(sum(band.travel_s for band in way) for way in (found.outbound, found.inbound))
        self.until_s = CYCLES * found.cycle_s + min(run_s, 4 * found.cycle_s)

    def x(self, at_s: float) -> float:
        return LEFT + at_s / self.until_s * (WIDTH - LEFT - 20)

    def y(self, site: int) -> float:
        return TOP + self.high * (1 - self.task.sites[site].at_m / self.road_m)

    def drawn(self, title: str, names: dict[str, Name], through: tuple[float, float]) -> bytes:
        svg = Tree.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {WIDTH:g} {self.height:.0f}",
                "width": f"{WIDTH:g}",
                "height": f"{self.height:.0f}",
                "font-family": "system-ui, 'Noto Sans CJK SC', sans-serif",
                "font-size": "13",
                "lang": self.language,
            },
        )
        _add(svg, "title").text = title
        _add(svg, "rect", x=0, y=0, width=WIDTH, height=self.height, fill="#fff")
        clip = _add(_add(svg, "defs"), "clipPath", id="plane")
        _add(clip, "rect", x=LEFT, y=TOP - 14, width=self.x(self.until_s) - LEFT, height=self.high + 28)
        self._heading(svg, title, through)
        self._time_axis(svg)
        plane = _add(svg, "g", clip_path="url(#plane)")
        for i in range(len(self.task.sections)):
            self._strips(plane, self.found.outbound[i], i, i + 1, OUTBOUND)
            self._strips(plane, self.found.inbound[i], i + 1, i, INBOUND)
        for i in range(len(self.task.sites)):
            self._bars(plane, i)
            self._name(svg, i, names)
        body: bytes = Tree.tostring(svg, encoding="utf-8", xml_declaration=True)
        return body + b"\n"

    def _heading(self, svg: Tree.Element, title: str, through: tuple[float, float]) -> None:
        cycle = f"{CYCLE.spoken(self.language)} {self.found.cycle_s:g} s"
        _text(svg, 16, 28, f"{title} · {cycle}", size=18, weight="700")
        for at, way, width_s, colour in ((52, OUT, through[0], OUTBOUND), (70, BACK, through[1], INBOUND)):
            share = f"{width_s:.1f} s, {width_s / self.found.cycle_s:.0%} {SHARE.spoken(self.language)}"
            said = share if width_s > 0 else NO_BAND.spoken(self.language)
            _add(svg, "rect", x=16, y=at - 10, width=22, height=11, fill=colour, fill_opacity=0.45)
            _text(svg, 46, at, f"{way.spoken(self.language)}: {said}")
        _text(svg, WIDTH - 20, 70, UPPER.spoken(self.language), anchor="end", size=11)

    def _time_axis(self, svg: Tree.Element) -> None:
        """A line each ten seconds, a number at each whole cycle and each thirty seconds."""
        foot = TOP + self.high
        for second in range(0, int(self.until_s) + 1, 10):
            is_named = second % 30 == 0
            line = {"stroke": "#bbb" if is_named else "#eee", "stroke_width": 1}
            _add(svg, "line", x1=self.x(second), x2=self.x(second), y1=TOP - 14, y2=foot + 14, **line)
            if is_named:
                _text(svg, self.x(second), foot + 30, str(second), anchor="middle", size=11)
        _text(svg, self.x(self.until_s), foot + 46, TIME.spoken(self.language), anchor="end", size=11)

    def _name(self, svg: Tree.Element, i: int, names: dict[str, Name]) -> None:
        site = self.task.sites[i]
        name = names.get(site.id, Name(site.id, site.id)).spoken(self.language)
        cut = name if len(name) <= NAME_MAX else name[: NAME_MAX - 1] + "…"
        _text(svg, LEFT - 12, self.y(i) - 1, cut, anchor="end", weight="600")
        _text(
            svg, LEFT - 12, self.y(i) + 13, f"{site.at_m:.0f} m · +{self.found.offsets_s[i]:g} s", anchor="end", size=11
        )

    def _bars(self, plane: Tree.Element, i: int) -> None:
        order, cycle_s = self.found.chosen(self.task)[i], self.found.cycle_s
        for top, begins, share in (
            (self.y(i) - BAR, order.outbound_from, order.outbound_share),
            (self.y(i), order.inbound_from, order.inbound_share),
        ):
            _add(plane, "rect", x=LEFT, y=top, width=self.x(self.until_s) - LEFT, height=BAR - 0.5, fill=RED)
            first_s = (self.found.offsets_s[i] + begins * cycle_s) % cycle_s - cycle_s
            while first_s < self.until_s:
                width = self.x(first_s + share * cycle_s) - self.x(first_s)
                _add(plane, "rect", x=self.x(first_s), y=top, width=width, height=BAR - 0.5, fill=GREEN)
                first_s += cycle_s

    def _strips(self, plane: Tree.Element, band: Band, first: int, last: int, colour: str) -> None:
        """One strip for each cycle; the speed stands on the first that has room."""
        if band.width_s <= 0:
            return
        begins_s = band.from_s - (int(band.travel_s / self.found.cycle_s) + 1) * self.found.cycle_s
        while begins_s < self.until_s:
            corners = [
                (begins_s, first),
                (begins_s + band.width_s, first),
                (begins_s + band.width_s + band.travel_s, last),
                (begins_s + band.travel_s, last),
            ]
            points = " ".join(f"{self.x(at_s):.1f},{self.y(site):.1f}" for at_s, site in corners)
            _add(plane, "polygon", points=points, fill=colour, fill_opacity=0.3, stroke=colour, stroke_width=0.7)
            begins_s += self.found.cycle_s
        at_s = (band.from_s + band.width_s / 2 + SPEED_AT * band.travel_s) % self.found.cycle_s + self.found.cycle_s
        height = self.y(first) + SPEED_AT * (self.y(last) - self.y(first)) + 4
        speed = f"{band.speed_mps * 3.6:.0f} km/h"
        _text(plane, self.x(at_s), height, speed, anchor="middle", size=10, fill=colour)


def _add(parent: Tree.Element, tag: str, **attributes: object) -> Tree.Element:
    """An element inside; `stroke_width` becomes `stroke-width`, and numbers are rounded to tenths of a point."""
    texts = {
        name.replace("_", "-"): f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
        for name, value in attributes.items()
    }
    return Tree.SubElement(parent, tag, texts)


def _text(
    parent: Tree.Element,
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    size: float = 13,
    weight: str = "400",
    fill: str = "#111",
) -> None:
    made = _add(parent, "text", x=x, y=y, text_anchor=anchor, font_size=size, font_weight=weight, fill=fill)
    made.text = "".join(letter for letter in text if letter.isprintable())


def strips_drawn(svg: bytes) -> Iterable[str]:
    """The corners of every strip of a drawing, for who checks it."""
    for element in Tree.fromstring(svg).iter("{http://www.w3.org/2000/svg}polygon"):
        yield element.get("points", "")
