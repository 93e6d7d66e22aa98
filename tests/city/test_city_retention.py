"""How long a city keeps personal details: the defaults, its own terms, and what is wrong in its file."""

from pathlib import Path

import pytest

from tests.core.conftest import a_city
from turnout.city.retention import Retention, Term, read_retention
from turnout.words.trouble import Malformed


def read(folder: Path, text: str) -> Retention:
    (folder / "retention.toml").write_text(text, encoding="utf-8")
    return read_retention(folder, a_city())


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    found = read_retention(tmp_path, a_city())
    assert (found.incident, found.call) == (Term("incident", 365), Term("call", 90))
    assert found.of_type("MED") == found.incident
    assert found.least_days == 365


def test_a_class_has_its_own_term(tmp_path: Path) -> None:
    text = '[terms]\nincident = 200\n[[class]]\nid = "medical"\ndays = 30\ntypes = ["MED"]\n'
    found = read(tmp_path, text)
    assert found.of_type("MED") == Term("medical", 30)
    assert found.of_type("FIRE") == Term("incident", 200)
    assert (found.call.days, found.least_days) == (90, 30)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[terms]\nincident = 0\n", ">= 1"),
        ("[terms]\nincidents = 3\n", "incidents"),
        ("[[class]]\nid = 'a'\ndays = 3\ntypes = ['NONE']\n", "names the type 'NONE'"),
        ("[[class]]\nid = 'a'\ndays = 3\ntypes = []\n", "length >= 1"),
        ("[[class]]\nid = 'a'\ndays = 3\ntypes = ['MED']\n" * 2, "is in 'a' and in 'a'"),
        ("not toml", "Expected"),
    ],
)
def test_what_is_wrong_is_said_with_the_file(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(Malformed) as found:
        read(tmp_path, text)
    assert said in str(found.value)
    assert "retention.toml" in str(found.value)
