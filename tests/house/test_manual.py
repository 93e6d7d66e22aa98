"""The manual: the same pages in both languages, every verb and every command in it, nothing of anybody's machine."""

import re
from pathlib import Path
from typing import Final, get_args

import pytest

from turnout.core.commands import Command
from turnout.core.permissions import GROUPS
from turnout.desk.access import INSIDE
from turnout.edge.file_kinds import KINDS, OF_MEDIA
from turnout.line import VERBS
from turnout.telemetry.plausible import CODES

MANUAL: Final = Path(__file__).parents[2] / "docs" / "manual"
LANGUAGES: Final = ("en", "zh-CN")
PAGES: Final = ("auditors", "cities", "crews", "dispatchers", "engineers", "index", "integrators", "operators")
MACHINE_PATH: Final = re.compile(r"(?<![\w.])/(?:home|root|tmp|work|Users|mnt)/|[A-Z]:\\|\b(?:10|192\.168)\.\d+\.\d+")
LINK: Final = re.compile(r"\]\(([^)#:]+\.md)")


def page(language: str, name: str) -> str:
    return (MANUAL / language / f"{name}.md").read_text(encoding="utf-8")


def words_missing(text: str) -> list[str]:
    """Verbs' words that no row of the page's table names."""
    rows = {row.split("|")[1].strip(): row for row in text.splitlines() if row.startswith("| ") and row.count("|") == 6}
    return [
        f"{verb.code} {word}"
        for verb in VERBS
        for word in verb.words
        if f"`{word.upper()}`" not in rows.get(verb.code, "")
    ]


def commands_missing(text: str) -> list[str]:
    """Commands from outside that no row names."""
    tags = [str(kind.__struct_config__.tag) for kind in get_args(Command)]
    return [tag for tag in tags if tag not in INSIDE and f"\n| `{tag}` |" not in text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_the_same_pages(language: str) -> None:
    assert sorted(path.stem for path in (MANUAL / language).iterdir()) == sorted(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_the_same_parts_in_both_languages(name: str) -> None:
    def parts(language: str) -> list[str]:
        return re.findall(r"^(#+) ", page(language, name), re.MULTILINE)

    assert parts("en") == parts("zh-CN")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_every_verb_stands_in_the_dispatchers_table(language: str) -> None:
    assert words_missing(page(language, "dispatchers")) == []


def test_a_verb_left_out_is_noticed() -> None:
    text = "\n".join(row for row in page("en", "dispatchers").splitlines() if not row.startswith("| send |"))
    assert words_missing(text) == [f"send {word}" for word in next(v for v in VERBS if v.code == "send").words]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_stands_in_the_integrators_list(language: str) -> None:
    assert commands_missing(page(language, "integrators")) == []


def test_a_command_left_out_is_noticed() -> None:
    text = page("en", "integrators").replace("\n| `assign-units` |", "\n|")
    assert commands_missing(text) == ["assign-units"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_to_doubt_a_position_and_every_scope_is_explained(language: str) -> None:
    text = page(language, "integrators")
    assert [code for code in CODES if code != "ok" and f"| `{code}` |" not in text] == []
    assert [scope for scope in GROUPS if f"| `{scope}" not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_file_that_is_taken_is_in_the_manual_with_its_size(language: str) -> None:
    text = page(language, "integrators")
    names = {"jpg": "JPEG", "txt": "纯文本" if language == "zh-CN" else "plain text", "ogg": "Ogg", "weba": "WebM"}
    names |= {"webp": "WebP", "webm": "WebM", "m4a": "MP4"}
    wanted = {names.get(kind.suffix, kind.suffix.upper()) for kind in KINDS.values()}
    assert [word for word in sorted(wanted) if word not in text] == []
    assert " ".join(OF_MEDIA) in text
    assert "100 MiB" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_nobodys_machine(language: str, name: str) -> None:
    assert MACHINE_PATH.findall(page(language, name)) == []


@pytest.mark.parametrize("path", ["/home/ann/turnout", "in /tmp/x", r"C:\turnout", "192.168.0.7"])
def test_a_machine_path_is_noticed(path: str) -> None:
    assert MACHINE_PATH.search(path)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_links_only_to_files_that_are_there(language: str, name: str) -> None:
    targets = LINK.findall(page(language, name))
    assert [target for target in targets if not (MANUAL / language / target).is_file()] == []
