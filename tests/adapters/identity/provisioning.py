"""A city whose provider keeps accounts by SCIM: the operator's file, and a program that asks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.adapters.running import Running, running

SCIM = "/scim/v2"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
GROUPS = """
    [[provisioning.group]]
    group = "room"
    roles = ["dispatcher"]
    [[provisioning.group]]
    group = "leads"
    roles = ["supervisor"]
    agencies = ["FIRE"]
    [[provisioning.group]]
    group = "it"
    roles = ["administrator"]
"""


def plan_in(folder: Path, groups: str = GROUPS) -> Path:
    plan = folder / "identity.toml"
    plan.write_text(f"[provisioning]\n{groups}", encoding="utf-8")
    return plan


class Directory:
    """The provider's program, in its own words."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def asks(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return await self.client.request(method, f"{SCIM}{path}", json=body, **more)

    async def adds(self, name: str, /, **more: Any) -> str:
        """Its identity here."""
        answer = await self.asks("POST", "/Users", {"schemas": [USER], "userName": name, "active": True, **more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def adds_group(self, name: str, *members: str) -> str:
        body = {"schemas": [GROUP], "displayName": name, "members": [{"value": one} for one in members]}
        answer = await self.asks("POST", "/Groups", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def patches(self, path: str, *operations: dict[str, Any], **more: Any) -> httpx.Response:
        return await self.asks("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)}, **more)

    async def sees(self, path: str) -> Any:
        answer = await self.asks("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()


@asynccontextmanager
async def provisioned(folder: Path, groups: str = GROUPS) -> AsyncIterator[tuple[Running, Directory]]:
    async with (
        running(folder / "var", identity=plan_in(folder, groups)) as house,
        house.client(authorization=f"Bearer {house.token('provision', name='directory')}") as client,
    ):
        yield house, Directory(client)
