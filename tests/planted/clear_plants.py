"""Planted bugs on the lines: a cookie that a neighbour can set, a server that listens to everybody in the clear."""

from pathlib import Path

from tests.adapters.test_cookies import test_a_cookie_of_the_one_kind_is_no_cookie_of_the_other
from tests.planted.plant import Patch, Plant
from tests.test_clear_lines import test_what_crossed_a_network_in_the_clear_is_known
from turnout.adapters.http import proxies as proxies_module
from turnout.clear_lines import clear_lines
from turnout.config import Settings
from turnout.edge import cookies
from turnout.words import encrypted as encrypted_module


def one_name_everywhere(patch: Patch) -> None:
    patch.setattr(cookies, "name_of", lambda cookie, scheme: cookie)


def cookies_are_kept_apart(folder: Path) -> None:
    test_a_cookie_of_the_one_kind_is_no_cookie_of_the_other()


def whoever_comes(patch: Patch) -> None:
    patch.setattr(proxies_module, "is_of_this_machine", lambda host: True)


def the_clear_is_known(folder: Path) -> None:
    test_what_crossed_a_network_in_the_clear_is_known()


def the_network_is_friendly(patch: Patch) -> None:
    private = ("10.", "192.168.", "127.")
    patch.setattr(encrypted_module, "is_of_this_machine", lambda host: host.startswith(private))
    patch.setattr("turnout.clear_lines.is_of_this_machine", lambda host: host.startswith(private))


def other_machines_are_elsewhere(folder: Path) -> None:
    assert [line.option for line in clear_lines(Settings(host="10.0.0.1"), {})] == ["--host"]


CLEAR_PLANTS: dict[str, Plant] = {
    "a session's cookie that a neighbour may have set": Plant(one_name_everywhere, cookies_are_kept_apart),
    "a request that went round the proxy": Plant(whoever_comes, the_clear_is_known),
    "a private network that passes for this machine": Plant(the_network_is_friendly, other_machines_are_elsewhere),
}
