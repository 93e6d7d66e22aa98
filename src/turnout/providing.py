"""What the operator's file of identity providers (`--identity`) adds to a server: signing in by them, and their program
that keeps accounts. Loaded only where it is asked for.
"""

from contextlib import AsyncExitStack

from turnout.adapters.http.app import Asgi
from turnout.adapters.http.in_time import InTime
from turnout.adapters.identity.accounts import Accounts
from turnout.adapters.identity.sign_on_plan import read_identity_plan
from turnout.config import Settings
from turnout.edge.edge import Edge
from turnout.edge.provisioning import ProvisioningDesk
from turnout.words.later import Later

oidc = Later("turnout.adapters.identity.oidc")
scim_door = Later("turnout.adapters.http.scim.door")


def load(settings: Settings) -> None:
    """For a server that stands by: what it would wait for as the desk. Raises `Malformed` for a file that cannot be
    used."""
    if read_identity_plan(settings.identity).provider:
        _ = oidc.OidcSignOn


def provided(stack: AsyncExitStack, settings: Settings, edge: Edge, accounts: Accounts) -> ProvisioningDesk | None:
    """Who keeps accounts for a provider, where that is turned on. Raises `Malformed` for a file that cannot be used."""
    plan = read_identity_plan(settings.identity)
    if plan.provider:
        edge.sign_on = oidc.OidcSignOn(plan.provider, settings.public_origin, edge.now)
    if plan.provisioning is None:
        return None
    desk = ProvisioningDesk(edge.access, accounts.provisioned, plan.provisioning, edge.now)
    stack.callback(desk.working.close)
    edge.provisioning = desk
    return desk


def scim_of(edge: Edge, settings: Settings) -> Asgi | None:
    """The door for that program. What it takes to understand SCIM is loaded for the first who asks, in a thread."""
    desk = edge.provisioning
    if desk is None:
        return None
    return InTime(lambda: scim_door.ScimDoor(edge, desk, settings.public_origin))
