"""`--log-format` is taken by all that serve, and what they start writes in the same form."""

import pytest

from turnout.main import parser, settings_of


@pytest.mark.parametrize("words", ["serve", "up --role edge --database postgresql://x/y"])
def test_every_process_of_a_city_writes_its_log_as_text_or_as_json(words: str) -> None:
    assert settings_of(parser().parse_args(words.split())).log_format == "text"
    asked = parser().parse_args([*words.split(), "--log-format", "json"])
    assert settings_of(asked).log_format == "json"
    assert asked.log_format == "json"
