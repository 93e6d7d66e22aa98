"""The command line: every dispatch act as a short line, in English, Chinese or pinyin initials."""

from turnout.line.acts import VERBS
from turnout.line.command_line import CommandLine
from turnout.line.grammar import incident_called
from turnout.line.lexicon import Lexicon
from turnout.line.places import NotAPlace, Places, locate
from turnout.line.reading import Completion, Effect, Focus, LineError, Reading

__all__ = [
    "VERBS",
    "CommandLine",
    "Completion",
    "Effect",
    "Focus",
    "Lexicon",
    "LineError",
    "NotAPlace",
    "Places",
    "Reading",
    "incident_called",
    "locate",
]
