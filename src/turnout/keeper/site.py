"""A site's voters, read from one file that is the same on all three machines.

secret = "/etc/turnout/keeper.secret"     # at least 16 bytes, the same everywhere, readable by the keeper alone
user = "turnout"                          # a superuser of PostgreSQL that may also replicate

[node.a]
keeper = "db1:7400"
postgres = "db1:5432"
[node.b]
keeper = "db2:7400"
postgres = "db2:5432"
[node.witness]
keeper = "third:7400"

Keepers prove their messages and do not hide them, and the standby copies without TLS: between machines a site vouches
with `encrypted_below = true` for a network that is encrypted below (WireGuard, IPsec; OWASP ASVS 5.0, 12.3.1).
"""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

import msgspec

from turnout.keeper.register import VOTERS_MAX
from turnout.words.encrypted import is_of_this_machine
from turnout.words.trouble import Malformed

SECRET_MIN_BYTES: Final = 16
NAME: Final = re.compile(r"[a-z][a-z0-9]{0,19}")
"""Also a standby's name in PostgreSQL's settings: nothing that would have to be quoted."""


class Address(msgspec.Struct, frozen=True):
    host: str
    port: int


class Node(msgspec.Struct, frozen=True):
    """`postgres` is None for a witness."""

    name: str
    keeper: Address
    postgres: Address | None


class Site(msgspec.Struct, frozen=True):
    secret: bytes
    user: str
    nodes: dict[str, Node]

    def other_postgres(self, me: str) -> Node:
        return next(node for node in self.nodes.values() if node.postgres is not None and node.name != me)


def load_site(path: Path) -> Site:
    """Raises `Malformed`, with the entry."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        secret = Path(str(said.get("secret", ""))).read_bytes().strip()
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Malformed(str(error), where=str(path), cure="a file as `docs/manual` shows it") from error
    if len(secret) < SECRET_MIN_BYTES:
        raise Malformed("the secret is too short", where=str(path), cure=f"{SECRET_MIN_BYTES} bytes or more")
    entries = said.get("node")
    if not isinstance(entries, dict):
        raise Malformed("no nodes", where=str(path), cure="[node.a], [node.b] and the witness")
    nodes = {name: _node(name, entry, path) for name, entry in entries.items()}
    with_postgres = [node for node in nodes.values() if node.postgres is not None]
    if len(nodes) != VOTERS_MAX or len(with_postgres) != 2:
        cure = "two nodes with `postgres` and one without, the witness"
        raise Malformed(f"{len(nodes)} voters, {len(with_postgres)} with PostgreSQL", where=str(path), cure=cure)
    if said.get("encrypted_below") is not True and not all(map(_stays_here, nodes.values())):
        cure = "a network that is encrypted below (WireGuard, IPsec), and `encrypted_below = true`"
        raise Malformed("these machines would speak with one another in the clear", where=str(path), cure=cure)
    return Site(secret, str(said.get("user", "turnout")), nodes)


def _node(name: str, entry: Any, path: Path) -> Node:
    where = f"{path}: node.{name}"
    if not NAME.fullmatch(name) or not isinstance(entry, dict):
        raise Malformed("no name of a node", where=where, cure="small letters and digits")
    postgres = entry.get("postgres")
    return Node(name, _address(entry.get("keeper"), where), None if postgres is None else _address(postgres, where))


def _stays_here(node: Node) -> bool:
    return all(is_of_this_machine(one.host) for one in (node.keeper, node.postgres) if one is not None)


def _address(text: Any, where: str) -> Address:
    host, _, port = str(text).rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise Malformed(f"{text!r} is no address", where=where, cure="host:port")
    return Address(host, int(port))
