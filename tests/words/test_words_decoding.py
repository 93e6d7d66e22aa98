"""What a person reads when a message has the wrong form. Each complaint here is what msgspec really says."""

from typing import Annotated, Any, Literal

import msgspec
import pytest

from turnout.words.decoding import complaint


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    text: Annotated[str, msgspec.Meta(max_length=3)]
    units: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=2)] = ("E01",)
    kind: Literal["note", "crew"] = "note"
    level: Annotated[int, msgspec.Meta(ge=1, le=9)] = 1


@pytest.mark.parametrize(
    ("sent", "english", "chinese"),
    [
        ({"text": "four"}, "text: at most 3 characters are taken", "text：最多 3 个字符"),
        ({"text": 4}, "text: int stands where str belongs", "text：此处应为 str，实为 int"),
        ({}, "“text” is missing", "缺少“text”"),
        ({"text": "x", "who": "y"}, "“who” is not known here", "不认识“who”"),
        ({"text": "x", "units": []}, "units: at least 1 entries are needed", "units：至少需要 1 项"),
        ({"text": "x", "units": ["a"] * 3}, "units: at most 2 entries are taken", "units：最多 2 项"),
        ({"text": "x", "kind": "shout"}, "kind: “shout” is not one of the values", "kind：“shout”不在可用值之内"),
        ({"text": "x", "level": 99}, "level: at most 9", "level：不能大于 9"),
        ({"text": "x", "level": 0}, "level: at least 1", "level：不能小于 1"),
    ],
)
def test_a_wrong_form_is_told_in_both_languages(sent: dict[str, Any], english: str, chinese: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(msgspec.json.encode(sent), type=Asked)
    said = complaint(str(caught.value))
    assert (said.en, said.zh) == (english, chinese)


def test_a_complaint_that_is_not_known_loses_nothing() -> None:
    said = complaint("the moon is full - at `$.sky`")
    assert (said.en, said.zh) == ("sky: the moon is full", "sky：the moon is full")


@pytest.mark.parametrize("sent", ['"\\ud800 and more"', '"\\udc00 and more"', '"\\ud800\\u0041 and more"'])
def test_half_a_character_is_told_in_both_languages(sent: str) -> None:
    with pytest.raises(msgspec.DecodeError) as caught:
        msgspec.json.decode(sent)
    said = complaint(str(caught.value))
    assert (said.en, said.zh) == (
        "a text holds half of a character (a lone surrogate)",
        "文本中有半个字符（不成对的代理码）",
    )
