"""Planted bugs of who may look: rules that differ from the text, a reveal that is not noted, a counter with a gap."""

import random
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from tests.audit.access_cases import NOW, a_case, allowed_by_the_rules, allowed_by_the_text
from tests.core.conftest import new_room
from tests.house.walked_fields import WALKED, all_fields
from tests.planted.plant import Patch, Plant
from turnout.adapters.storage.sqlite import vault as sqlite_vault
from turnout.adapters.storage.sqlite.key_file import KEY_BYTES
from turnout.adapters.storage.sqlite.vault import SqliteVault
from turnout.audit import personal
from turnout.audit.access_text import SHIPPED, AccessText
from turnout.audit.personal import Field, faults, shipped_schema
from turnout.core import evolve as evolving
from turnout.core.board import Board, Media, PersonCard
from turnout.core.incidents.commands import AddPerson
from turnout.core.reveals import policy
from turnout.core.reveals.policy import Basis, Matter
from turnout.core.tables import rules as table_rules
from turnout.core.tables.commands import NoteDetailsOpened, NoteFileOpened
from turnout.desk.access import part
from turnout.edge.answers import Accepted, Declined, declined
from turnout.edge.revealing import Revealing
from turnout.words.identity import IncidentId

CASES = 1_500


def rules_and_text_agree(folder: Path) -> None:
    text, dice = AccessText(SHIPPED), random.Random(7)
    for _ in range(CASES):
        case = a_case(dice)
        assert allowed_by_the_rules(case) == allowed_by_the_text(text, case), case


def a_minute_longer(patch: Patch) -> None:
    patch.setattr(policy, "AFTER_MS", policy.AFTER_MS + 60_000)


def whichever_agency(patch: Patch) -> None:
    patch.setattr(policy, "_of_own_agencies", lambda actor, incident: True)


def whoever_is_signed_on(patch: Patch) -> None:
    patch.setattr(policy, "positions_of", lambda board, actor: list(board.positions.values()))


def ones_own_approval_will_do(patch: Patch) -> None:
    def by_review(board: Any, actor: Any, kind: Any, matter: Any, at: Any) -> Basis | None:
        for one in board.reviews.values():
            mine = policy._is_of(one, matter) and one.who == actor.id
            if mine and kind in one.kinds and one.approved_by is not None and at < one.until:
                return Basis("review", one.id)
        return None

    patch.setattr(policy, "_by_review", by_review)


def glass_for_everybody(patch: Patch) -> None:
    def by_glass(board: Any, actor: Any, matter: Any, at: Any) -> Basis | None:
        incident = matter.incident.id if matter.incident is not None else None
        return next((Basis("glass", g.id) for g in board.glass.values() if g.incident == incident), None)

    patch.setattr(policy, "_by_glass", by_glass)


def crews_of_the_past(patch: Patch) -> None:
    patch.setattr(
        policy,
        "is_crew",
        lambda actor, incident, at: incident is not None and any(a.unit == actor.unit for a in incident.assignments),
    )


def every_field_is_declared(folder: Path) -> None:
    letter = Field("Letter", "zone", is_telling=True, is_free=True)
    assert any("Letter.zone is free text" in one for one in faults(shipped_schema(), [*all_fields(WALKED), letter]))


def a_name_is_enough(patch: Patch) -> None:
    patch.setattr(personal, "_free_names", lambda fields: set())


class StandIn:
    """A counter that declines everything, and a vault and files that remember whether they were read."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.board = Board.empty()

    async def submit(self, *asked: Any) -> Any:
        return declined("purpose-needed")

    async def open(self, owner: Any, ref: str) -> bytes:
        self.read.append(ref)
        return b"{}"

    async def check(self, owner: Any, ref: str, sha256: str) -> int:
        self.read.append(ref)
        return 1


async def what_was_not_noted_is_not_read(folder: Path) -> None:
    one = StandIn()
    broker = Revealing(one, one, one, lambda: NOW)  # type: ignore[arg-type]
    noted = NoteDetailsOpened(incident_id="I1", person_id="p", ref="r1")
    assert isinstance(await broker.details(part("x"), noted, IncidentId("I1"), "call back", Matter()), Declined)
    of_file = NoteFileOpened(incident_id="I1", media_id="m", ref="r2")
    media = Media(id="m", kind="photo", ref="r2", at=NOW, sha256="x")
    assert isinstance(await broker.file(part("x"), of_file, media, "call back", Matter()), Declined)
    assert one.read == []


def every_reveal_has_the_next_number(folder: Path) -> None:
    room = new_room()
    room.opened("I1")
    room.do(AddPerson(incident_id="I1", person=PersonCard(id="p", role="patient", ref="r", digest="d")))
    look = NoteDetailsOpened(incident_id="I1", person_id="p", ref="r")
    numbers = [room.do(look, purpose="call back")[0].n for _ in range(3)]
    assert numbers == [1, 2, 3]
    assert room.board.reveals == 3


def read_whatever_the_journal_says(patch: Patch) -> None:
    honest = Revealing._note

    async def note(broker: Any, *asked: Any) -> Any:
        await honest(broker, *asked)
        return Accepted(1, 1, False, {})

    patch.setattr(Revealing, "_note", note)


def a_number_left_out(patch: Patch) -> None:
    honest = table_rules.note_details_opened

    def note(board: Any, command: Any, context: Any) -> Any:
        decided = honest(board, command, context)
        return [replace(one, n=one.n + 1) for one in decided] if isinstance(decided, list) else decided

    patch.setattr(table_rules, "note_details_opened", note)


def a_reveal_not_counted(patch: Patch) -> None:
    honest = evolving.evolve_table

    def evolve_table(board: Any, event: Any) -> Any:
        return replace(honest(board, event), reveals=board.reveals)

    patch.setattr(evolving, "evolve_table", evolve_table)


async def an_old_key_file_opens_nothing_destroyed(folder: Path) -> None:
    sealed, keys = folder / "vault.sqlite", folder / "vault.keys"
    vault = SqliteVault(sealed, keys)
    await vault.put(IncidentId("I1"), "person", b"somebody")
    kept = keys.read_bytes()
    await vault.destroy(IncidentId("I1"))
    await vault.close()
    keys.write_bytes(kept)
    await SqliteVault(sealed, keys).close()
    assert kept[-KEY_BYTES:] not in keys.read_bytes(), "the destroyed key is back"


def keys_come_back(patch: Patch) -> None:
    patch.setattr(sqlite_vault, "_destroy_again", lambda connection, keys: None)


ACCESS_PLANTS: dict[str, Plant] = {
    "a ground kept a minute too long": Plant(a_minute_longer, rules_and_text_agree),
    "details of another agency's incident": Plant(whichever_agency, rules_and_text_agree),
    "a ground by somebody else's position": Plant(whoever_is_signed_on, rules_and_text_agree),
    "a review approved by oneself": Plant(ones_own_approval_will_do, rules_and_text_agree),
    "glass broken by one open to all": Plant(glass_for_everybody, rules_and_text_agree),
    "free text called not personal by its name alone": Plant(a_name_is_enough, every_field_is_declared),
    "read whatever the journal says": Plant(read_whatever_the_journal_says, what_was_not_noted_is_not_read),
    "a reveal's number left out": Plant(a_number_left_out, every_reveal_has_the_next_number),
    "a reveal that is not counted": Plant(a_reveal_not_counted, every_reveal_has_the_next_number),
    "a destroyed key that an old key file brings back": Plant(keys_come_back, an_old_key_file_opens_nothing_destroyed),
    "a crew that keeps its ground for ever": Plant(crews_of_the_past, rules_and_text_agree),
}
