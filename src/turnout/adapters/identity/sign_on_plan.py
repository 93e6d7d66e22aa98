"""The providers of single sign-on, in a TOML file of the operator's (`--identity`), and what their groups mean here.

    [[provider]]
    id = "city"
    name = { en = "City of Example", zh = "示例市" }
    issuer = "https://login.example.org"
    client_id = "turnout"
    client_secret_file = "oidc.secret"

    [[provider.group]]
    group = "dispatch-room"
    roles = ["dispatcher"]
    agencies = ["SFFD"]

With groups, roles and agencies are the provider's, newly at every sign-in, and an account is made at the first one.
Without, they stay as the administrator gave them, who makes the accounts too. Secrets are in files of their own.

    [provisioning]
    [[provisioning.group]]
    group = "dispatch-room"
    roles = ["dispatcher"]

With `[provisioning]`, a program of the provider's keeps the accounts by SCIM (adapters/http/scim).
"""

import tomllib
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec

from turnout.core.limits import Id
from turnout.words.identity import AgencyId
from turnout.words.name import Name
from turnout.words.trouble import Malformed

PROVIDERS_MAX: Final = 8
"""Each is a button at the door; more would not be found."""

GROUPS_MAX: Final = 500
SECRET_BYTES_MAX: Final = 1_000
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
CURE: Final = (
    "[[provider]] with id, name, issuer, client_id; [[provider.group]] with group, roles, agencies; [provisioning] with"
    " [[provisioning.group]]"
)

Claim = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class GroupPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is in this group of the provider's has these roles, in these agencies (empty: of all)."""

    group: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    roles: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1)]
    agencies: tuple[AgencyId, ...] = ()


Held = tuple[tuple[str, ...], tuple[AgencyId, ...]]
"""Roles, and the agencies in which they are held; no agency: in all."""


def roles_by_groups(plan: tuple[GroupPlan, ...], groups: frozenset[str]) -> Held:
    """Roles and agencies of who is in these groups. A row that names no agency is for all, so then all are."""
    rows = [row for row in plan if row.group in groups]
    roles = dict.fromkeys(role for row in rows for role in row.roles)
    everywhere = any(not row.agencies for row in rows)
    agencies = () if everywhere else dict.fromkeys(one for row in rows for one in row.agencies)
    return tuple(roles), tuple(agencies)


class ProviderPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{1,32}$")]
    name: Name
    issuer: Annotated[str, msgspec.Meta(pattern="^https?://[^ ?#]+$", max_length=500)]
    client_id: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    client_secret_file: str = ""
    """Beside the plan. Empty: a public client, that proves itself by PKCE alone."""
    scopes: tuple[Claim, ...] = ("openid", "profile")
    account_claim: Claim = "preferred_username"
    """Which claim names the account at the first sign-in; from then on the subject (`sub`) does."""
    groups_claim: Claim = "groups"
    auth_time: bool = True
    """Whether it has to say when it asked who is there. False for one that cannot: it is believed to have done so."""
    acr: Annotated[str, msgspec.Meta(max_length=256)] = ""
    """How strongly it has to ask (Authentication Context Class Reference); empty: as it likes."""
    ca: str = ""
    """Certificates (PEM) that its TLS must lead to, beside the plan; empty: those that the machine trusts."""
    group: Annotated[tuple[GroupPlan, ...], msgspec.Meta(max_length=GROUPS_MAX)] = ()

    def roles_of(self, groups: frozenset[str]) -> Held:
        return roles_by_groups(self.group, groups)

    def secret(self) -> str:
        """Of the client; empty for a public one. Read anew each time, so that it can be renewed."""
        return Path(self.client_secret_file).read_text(encoding="utf-8").strip() if self.client_secret_file else ""


class ProvisioningPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Implements `edge.provisioning.GroupsPlan`. Without groups the roles are the administrator's to give."""

    group: Annotated[tuple[GroupPlan, ...], msgspec.Meta(max_length=GROUPS_MAX)] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.group for row in self.group))

    def roles_of(self, groups: frozenset[str]) -> Held:
        return roles_by_groups(self.group, groups)


class IdentityPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file: by whom people sign in, and whether a program keeps their accounts."""

    provider: Annotated[tuple[ProviderPlan, ...], msgspec.Meta(max_length=PROVIDERS_MAX)] = ()
    provisioning: ProvisioningPlan | None = None


def read_identity_plan(path: Path | None) -> IdentityPlan:
    """The operator's file; without one there is nothing. Raises `Malformed` with the place."""
    if path is None:
        return IdentityPlan()
    try:
        given = msgspec.toml.decode(path.read_bytes(), type=IdentityPlan)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as trouble:
        raise Malformed(str(trouble), where=str(path), cure=CURE) from trouble
    if not given.provider and given.provisioning is None:
        raise Malformed("it names neither a provider nor provisioning", where=str(path), cure=CURE)
    if len({one.id for one in given.provider}) != len(given.provider):
        raise Malformed("two providers have one id", where=str(path), cure="each has its own")
    placed = tuple(_placed(one, path) for one in given.provider)
    return msgspec.structs.replace(given, provider=placed)


def _placed(one: ProviderPlan, path: Path) -> ProviderPlan:
    """With its files beside the plan; what would be unsafe or missing is refused."""
    address = urlsplit(one.issuer)
    if address.scheme != "https" and address.hostname not in LOOPBACK:
        raise Malformed(f"{one.issuer!r} is not encrypted", where=str(path), cure="an issuer with https://")
    if "openid" not in one.scopes:
        raise Malformed(f"provider {one.id!r} lacks the scope openid", where=str(path), cure='scopes = ["openid", …]')
    secret, ca = (str(path.parent / name) if name else "" for name in (one.client_secret_file, one.ca))
    for file in (secret, ca):
        if file and not Path(file).is_file():
            raise Malformed("there is no such file", where=file, cure="a file beside the plan")
    if secret and Path(secret).stat().st_size > SECRET_BYTES_MAX:
        raise Malformed("too long for a secret", where=secret, cure="the client's secret alone, in one line")
    return msgspec.structs.replace(one, client_secret_file=secret, ca=ca)
