"""What is wrong in a city folder: which file and line, what it is, and what a person can do about it.

Every problem is said in both languages. An `error` stops the folder from being used; a `warning` does not.
"""

from typing import Final, Literal

import msgspec

from turnout.words.name import Language, Name
from turnout.words.trouble import Malformed

Severity = Literal["error", "warning"]

PROBLEMS_SHOWN_MAX: Final = 20
"""A person mends a screenful at a time; the rest is counted."""

SEVERITY_NAMES: Final = {"error": Name("error", "错误"), "warning": Name("warning", "警告")}


class Spot(msgspec.Struct, frozen=True):
    """Where in the folder: the file's path inside it, and the line (1 is the first; 0 is the file as a whole)."""

    file: str
    line: int = 0
    entry: str = ""
    """Of tables that are edited on a screen: `line` is then the row of the table, and this the entry's identity."""

    def spoken(self, language: Language) -> str:
        if not self.line:
            return self.file
        if self.entry:
            row = f"第 {self.line} 条" if language == "zh-CN" else f"row {self.line}"
            return f"{self.file} {row} ({self.entry})"
        return f"{self.file} 第 {self.line} 行" if language == "zh-CN" else f"{self.file} line {self.line}"


class Problem(msgspec.Struct, frozen=True):
    rule: str
    """Stable code of the rule that found it, e.g. `unknown-agency`."""
    spot: Spot
    what: Name
    cure: Name
    severity: Severity = "error"

    def spoken(self, language: Language) -> str:
        """One line: where, how bad, what, cure."""
        severity = SEVERITY_NAMES[self.severity].spoken(language)
        what, cure = self.what.spoken(language), self.cure.spoken(language)
        if language == "zh-CN":
            return f"{self.spot.spoken(language)}：{severity}：{what}。{cure}。［{self.rule}］"
        return f"{self.spot.spoken(language)}: {severity}: {what}. {cure}. [{self.rule}]"


class BrokenFolder(Malformed):
    """The folder cannot be used. Carries every problem found, in both languages."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        first = problems[0]
        super().__init__(first.what, first.spot.spoken("en"), first.cure)
        self.problems = problems

    def spoken(self, language: Language) -> str:
        """All problems, a line each, up to a screenful."""
        lines = [problem.spoken(language) for problem in self.problems[:PROBLEMS_SHOWN_MAX]]
        left = len(self.problems) - len(lines)
        if left:
            lines.append(f"还有 {left} 个问题" if language == "zh-CN" else f"and {left} more problems")
        return "\n".join(lines)
