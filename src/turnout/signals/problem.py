"""What is wrong with signals as they were handed in: where, what, and what a person can do, in both languages.

An `error` stops them from being used; a `warning` does not.
"""

from typing import Final, Literal

import msgspec

from turnout.words.name import Language, Name
from turnout.words.trouble import Malformed

Severity = Literal["error", "warning"]

PROBLEMS_SHOWN_MAX: Final = 40
"""Two screenfuls: a district has many junctions with the same trouble. The rest is counted."""

SEVERITY_NAMES: Final = {"error": Name("error", "错误"), "warning": Name("warning", "警告")}


class Spot(msgspec.Struct, frozen=True):
    """Where: the file, its line (0: the file as a whole) and what is meant there, such as a junction and its plan.

    `groups`: whose greens they are, for who draws them.
    """

    file: str = ""
    line: int = 0
    junction: str = ""
    part: str = ""
    groups: tuple[str, ...] = ()

    def spoken(self, language: Language) -> str:
        line, junction = ("第 {} 行", "路口 {}") if language == "zh-CN" else ("line {}", "junction {}")
        parts = [
            self.file,
            line.format(self.line) if self.line else "",
            junction.format(self.junction) if self.junction else "",
            self.part,
        ]
        return " ".join(part for part in parts if part)


class Problem(msgspec.Struct, frozen=True):
    rule: str
    """Stable code of the rule that found it, e.g. `intergreen-broken`."""
    spot: Spot
    what: Name
    cure: Name
    severity: Severity = "error"

    def spoken(self, language: Language) -> str:
        """One line: where, how bad, what, cure."""
        where, severity = self.spot.spoken(language), SEVERITY_NAMES[self.severity].spoken(language)
        what, cure = self.what.spoken(language), self.cure.spoken(language)
        if language == "zh-CN":
            return f"{where}：{severity}：{what}。{cure}。［{self.rule}］"
        return f"{where}: {severity}: {what}. {cure}. [{self.rule}]"


class BrokenSignals(Malformed):
    """They cannot be used. Carries every problem found, in both languages."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        first = problems[0]
        super().__init__(first.what, first.spot.spoken("en"), first.cure)
        self.problems = problems

    def spoken(self, language: Language) -> str:
        return "\n".join(spoken(self.problems, language))


def spoken(problems: tuple[Problem, ...], language: Language) -> list[str]:
    """A line each, as many as a person reads at once."""
    lines = [problem.spoken(language) for problem in problems[:PROBLEMS_SHOWN_MAX]]
    left = len(problems) - len(lines)
    if left:
        lines.append(f"还有 {left} 个问题" if language == "zh-CN" else f"and {left} more problems")
    return lines
