"""What every command of signals is asked alike."""

import argparse
import os

from turnout.words.name import language_of


def add_language(command: argparse.ArgumentParser) -> None:
    """The terminal's own where none is named."""
    command.add_argument("--language", choices=("en", "zh-CN"), default=language_of(os.environ.get("LANG", "")))
