"""Planted bugs of provisioning and proxies: a session that outlives its account, a name given to somebody else."""

from pathlib import Path

from tests.adapters.identity.provisioning import SCIM, USER, provisioned
from tests.adapters.running import API
from tests.planted.plant import Patch, Plant
from turnout.adapters.http import proxies as proxies_module
from turnout.adapters.http.proxies import as_asked, read_proxies
from turnout.adapters.identity.keeping import Keeping
from turnout.desk.access import SCOPES
from turnout.edge.identities import SignedIn
from turnout.edge.provisioning import ProvisioningDesk

CLOSE = {"op": "replace", "path": "active", "value": False}


async def who_is_closed_is_out_at_once(folder: Path) -> None:
    async with provisioned(folder) as (house, directory):
        ana = await directory.adds("ana")
        opened = house.accounts._open(house.accounts._store.get_account("ana"), "")
        assert isinstance(opened, SignedIn)
        assert (await directory.patches(f"/Users/{ana}", CLOSE)).is_success
        house.accounts.set_disabled("ana", False)  # whoever is let in again signs in again
        async with house.client(cookie=f"turnout_session={opened.secret}") as browser:
            assert (await browser.get(f"{API}/session")).status_code == 401


async def only_the_scope_for_it_keeps_accounts(folder: Path) -> None:
    async with provisioned(folder) as (house, _):
        others = (scope for scope in SCOPES if scope != "provision")
        async with house.program(*others) as program:
            assert (await program.get(f"{SCIM}/Users")).status_code == 403


async def a_removed_name_is_the_same_persons(folder: Path) -> None:
    async with provisioned(folder) as (_, directory):
        ana = await directory.adds("ana", externalId="1")
        await directory.asks("DELETE", f"/Users/{ana}")
        other = {"schemas": [USER], "userName": "ana", "externalId": "2"}
        assert (await directory.asks("POST", "/Users", other)).status_code == 409


def only_a_named_proxy_is_believed(folder: Path) -> None:
    headers = [(b"x-forwarded-for", b"203.0.113.9")]
    scope = {"type": "http", "scheme": "http", "client": ("198.51.100.1", 1), "headers": headers}
    assert as_asked(scope, read_proxies(("10.0.0.1",)))["client"][0] == "198.51.100.1"


def sessions_go_on(patch: Patch) -> None:
    patch.setattr(Keeping, "_end_sessions_of", lambda self, account: None)


def any_token_will_do(patch: Patch) -> None:
    patch.setattr("turnout.adapters.http.scim.door._scopes_of", lambda who: frozenset({"provision"}))


def a_name_is_anybodys(patch: Patch) -> None:
    async def take_back(self: ProvisioningDesk, who: object, held: object, wanted: object) -> object:
        return await self._begin(who, held, wanted)  # type: ignore[arg-type]

    patch.setattr(ProvisioningDesk, "_take_back", take_back)


def everybody_is_a_proxy(patch: Patch) -> None:
    patch.setattr(proxies_module, "_is_one", lambda address, proxies: not address.startswith("203."))


PROVISIONING_PLANTS: dict[str, Plant] = {
    "a session that outlives its account": Plant(sessions_go_on, who_is_closed_is_out_at_once),
    "accounts kept by a token of any scope": Plant(any_token_will_do, only_the_scope_for_it_keeps_accounts),
    "a removed name given to somebody else": Plant(a_name_is_anybodys, a_removed_name_is_the_same_persons),
    "a proxy that nobody has named": Plant(everybody_is_a_proxy, only_a_named_proxy_is_believed),
}
