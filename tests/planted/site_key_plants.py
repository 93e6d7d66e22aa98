"""Planted bugs of changing the site key: the one that was is left, or a detail is left under it."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.adapters.storage import test_site_key_change as change_tests
from tests.planted.plant import Patch, Plant
from turnout.adapters.storage.postgres import site_key, site_key_change, site_key_row, vault

Check = Callable[[Path], Awaitable[None]]


def old_key_left(patch: Patch) -> None:
    """Put aside instead of overwritten."""
    honest = site_key.SiteKeys.settle

    def settle(self: site_key.SiteKeys, current: bytes) -> None:
        was = self.path.read_bytes()
        honest(self, current)
        self.path.with_name("vault.site-key.old").write_bytes(was)

    patch.setattr(site_key.SiteKeys, "settle", settle)


def no_share_of_the_row(patch: Patch) -> None:
    patch.setattr(vault, "SHARED", site_key_row.SELECT_ROW)


def ended_whatever_is_left(patch: Patch) -> None:
    sql, _, rest = site_key_change.END.partition(" AND NOT EXISTS")
    patch.setattr(site_key_change, "END", f"{sql} RETURNING generation")
    assert rest


def with_two_servers(check: Callable[[change_tests.City], Awaitable[None]]) -> Check:
    async def checked(folder: Path) -> None:
        async with change_tests.two_servers(folder) as city:
            await check(city)

    return checked


async def nothing_left_opens_what_was_destroyed(folder: Path) -> None:
    async with change_tests.two_servers(folder) as city:
        await change_tests.nothing_left_opens_what_was_destroyed(city, folder)


SITE_KEY_PLANTS: dict[str, Plant] = {
    "a site key that is left after its change": Plant(old_key_left, nothing_left_opens_what_was_destroyed),
    "a detail put under a site key that is being changed": Plant(
        no_share_of_the_row, with_two_servers(change_tests.a_put_in_the_middle_is_not_left_under_the_key_that_was)
    ),
    "a change of the site key that ends too soon": Plant(
        ended_whatever_is_left,
        with_two_servers(change_tests.test_no_change_ends_while_a_key_is_under_the_one_that_was),
    ),
}
