"""`--log-format` is taken by all that serve, and what they start writes in the same form."""

import io
import json
import logging
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from turnout.logs import logged
from turnout.main import parser, settings_of


@pytest.mark.parametrize("words", ["serve", "up --role edge --database postgresql://x/y"])
def test_every_process_of_a_city_writes_its_log_as_text_or_as_json(words: str) -> None:
    assert settings_of(parser().parse_args(words.split())).log_format == "text"
    asked = parser().parse_args([*words.split(), "--log-format", "json"])
    assert settings_of(asked).log_format == "json"
    assert asked.log_format == "json"


FORGED = "x\n2026-01-01T00:00:00.000Z ERROR turnout.desk: nothing happened"


@given(text=st.text())
@example(text=FORGED)
@example(text="\x1b[2J\r\x85\u2028")
def test_no_text_makes_a_line_of_the_log_that_nobody_wrote(text: str) -> None:
    as_text, as_json = io.StringIO(), io.StringIO()
    with logged("text", as_text), logged("json", as_json):
        logging.getLogger("turnout.somewhere").warning("it is %s", text, exc_info=OSError(5, text))
    first, *below = as_text.getvalue().removesuffix("\n").split("\n")
    assert re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z WARNING turnout\.somewhere: it is ", first)
    assert all(line.startswith("    ") for line in below)
    assert all(one.isprintable() for line in (first, *below) for one in line)
    (line,) = as_json.getvalue().removesuffix("\n").split("\n")
    assert json.loads(line)["at"].endswith("Z")
