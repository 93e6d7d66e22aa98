"""What a program's key may be given."""

from pathlib import Path

import pytest

from turnout.adapters.identity.accounts import Accounts
from turnout.adapters.identity.store import IdentityStore
from turnout.desk.access import part
from turnout.edge.identities import IdentityRefusal, NewToken
from turnout.words.moment import Moment


def asked(folder: Path, *scopes: str) -> IdentityRefusal | str:
    store = IdentityStore(folder / "accounts.sqlite")
    accounts = Accounts(store, lambda: Moment(1), lambda: None, demo=False, origin="http://localhost:8080")
    try:
        made = accounts.add_token(NewToken(name="tablet", scopes=scopes), part("setup"))
        if isinstance(made, IdentityRefusal):
            return made
        principal = accounts.find_token(made.token)
        assert principal is not None
        return principal.actor.unit
    finally:
        store.close()


@pytest.mark.parametrize("scopes", [("field:E07", "field:E08"), ("field:E07", "field:*"), ("field:",), ("calls:E07",)])
def test_a_token_that_would_speak_for_more_than_it_says_is_not_made(tmp_path: Path, scopes: tuple[str, ...]) -> None:
    assert isinstance(asked(tmp_path, *scopes), IdentityRefusal)


def test_a_token_is_one_crews_or_all_crews(tmp_path: Path) -> None:
    assert asked(tmp_path, "field:E07", "avl:E07", "read") == "E07"
    assert asked(tmp_path, "field:*") == ""


def test_a_token_is_one_stations_or_all_stations(tmp_path: Path) -> None:
    assert isinstance(asked(tmp_path, "station:ST01", "station:ST02"), IdentityRefusal)
    assert asked(tmp_path, "station:ST01") == ""
    assert asked(tmp_path, "station") == ""
