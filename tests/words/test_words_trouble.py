"""What bad input is told as."""

from turnout.words.name import Name
from turnout.words.trouble import Unsupported


def test_trouble_is_told_with_where_and_cure_in_both_languages() -> None:
    trouble = Unsupported(Name("two of a kind", "重复"), "a.toml", Name("take one out", "请删去一个"))
    assert str(trouble) == trouble.said.en == "a.toml: two of a kind (take one out)"
    assert trouble.said.zh == "a.toml：重复（请删去一个）"
    assert (trouble.what, trouble.cure) == ("two of a kind", "take one out")


def test_trouble_that_is_in_english_only_is_told_so_in_both() -> None:
    assert Unsupported("two of a kind").said == Name("two of a kind", "two of a kind")
    assert Unsupported("two", "a", "one").said.zh == "a: two (one)"
