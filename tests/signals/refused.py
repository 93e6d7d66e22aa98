"""What a refusal says in Chinese; its English is written in ASCII and is another text."""

from collections.abc import Callable

import pytest

from turnout.words.trouble import BadInput


def refused_zh(asked: Callable[[], object]) -> str:
    with pytest.raises(BadInput) as told:
        asked()
    said = told.value.said
    assert said.en.isascii()
    return said.zh
