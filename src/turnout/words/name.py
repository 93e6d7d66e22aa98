"""A name that people read, in both languages of the product."""

from typing import Literal

import msgspec

Language = Literal["en", "zh-CN"]


def language_of(locale: str) -> Language:
    """`zh_CN.UTF-8` → zh-CN; anything else is English."""
    return "zh-CN" if locale.lower().startswith("zh") else "en"


class Name(msgspec.Struct, frozen=True, gc=False):
    """What something is called, in English and in Chinese."""

    en: str
    zh: str

    def spoken(self, language: Language) -> str:
        return self.zh if language == "zh-CN" else self.en
