"""An opened detail lives as long as its answer: afterwards nothing in the process holds it (ASVS 5.0, 11.7.2)."""

import asyncio
import gc
from typing import Any

from tests.adapters.http.test_http_reveals import Scene, scene, signed_in
from tests.adapters.running import API, Running

__all__ = ["scene"]
PARTS = ("kept", "only", "as", "long", "as", "needed")


def marker() -> str:
    """Made anew each time, so that no constant of this test is found."""
    return "~".join(PARTS)


def holders() -> list[str]:
    """Of everything that lives in the process and holds the marker, the kind of what holds it."""
    gc.collect()
    wanted, wanted_bytes = marker(), marker().encode()
    found = []
    for one in gc.get_objects():
        for held in gc.get_referents(one):
            if (isinstance(held, str) and wanted in held and held is not wanted) or (
                isinstance(held, bytes | bytearray) and wanted_bytes in held and held is not wanted_bytes
            ):
                found.append(type(one).__name__)
    return [kind for kind in found if kind != "frame"]


async def test_nothing_holds_an_opened_detail_once_it_was_answered(house: Running) -> None:
    taker = await signed_in(house, "call-taker")
    incident, _ = await taker.opens("E 300 MISSION ST MEDICAL")

    async def sealed() -> Any:
        given = {"incident_id": incident, "role": "patient", "details": {"name": marker()}}
        return (await taker.browser.post(f"{API}/details", json=given)).json()["person"]

    person = await sealed()
    await taker.gives(do="add-person", incident_id=incident, person=person)
    here = Scene(house, taker, incident, person["id"])
    for _ in range(3):
        assert (await here.looks(taker)).json()["details"]["name"] == marker()
    await asyncio.sleep(0)  # this very turn of the loop was woken by the vault's answer
    kept = [marker()]
    assert holders() != [], "the look would find it"
    kept.clear()
    assert holders() == []
