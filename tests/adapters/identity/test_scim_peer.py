"""SCIM before its judge: `scim2-tester`, which reads of itself what the server says it can do, and tries all of it."""

import asyncio
from pathlib import Path

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

from tests.adapters.identity.provisioning import plan_in
from tests.adapters.running import API, served


def judged(url: str, token: str) -> list[tuple[str, str, str]]:
    """(outcome, check, reason) of everything that it has."""
    with httpx2.Client(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=30) as client:
        results = check_server(SyncSCIMClient(client))
    return [(one.status.name, str(one.title), str(one.reason)) for one in results]


async def test_the_whole_check_of_a_scim_tester_is_green(tmp_path: Path) -> None:
    async with served(tmp_path / "var", identity=plan_in(tmp_path)) as house, house.client() as admin:
        # Somebody has the administrator's role beside those of the group from which the tester takes everybody away.
        code = house.accounts.make_setup_code()
        setup = {"code": code, "account": "ana", "secret": "correct horse battery"}
        assert (await admin.post(f"{API}/setup", json=setup)).is_success
        token = house.token("provision", name="directory")
        results = await asyncio.to_thread(judged, f"http://{house.url}/scim/v2", token)
    green = (Status.SUCCESS.name, Status.COMPLIANT.name, Status.ACCEPTABLE.name)
    assert [one for one in results if one[0] not in green] == [], "and none was skipped"
    assert len(results) >= 65, "the tester has found everything that there is to try"
