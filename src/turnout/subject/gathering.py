"""Everything that all stores have of one card of one incident, or of the caller of one call."""

import time
from collections.abc import Callable
from typing import Any, Final

import httpx
import msgspec

from turnout.server_asked import all_told, asked_for, told
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.trouble import Malformed

API: Final = "/api/v1"
RECORDED_WITHIN_S: Final = 20.0
"""The log of openings is read from the records, which follow the journal."""

LOOK_EVERY_S: Final = 0.1
PAGE: Final = 200


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """What it is about: `incident` by identity, tag or number with `person`, the card in it; or `call`."""

    incident: str = ""
    person: str = ""
    call: str = ""

    @property
    def path(self) -> str:
        return f"{API}/incidents/{self.incident}" if self.incident else f"{API}/calls/{self.call}"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Details as they were sealed. `details` null: they cannot be read any more, and `trouble` says why."""

    ref: str
    current: bool
    details: dict[str, str] | None = None
    trouble: str = ""


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody opened it. `by` is for the file alone: whoever asks is told in which role, not who (decision 0194)."""

    n: int
    at: Moment
    by: str
    position: str
    what: str
    ground: str
    purpose: str


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """Something of the incident went to a records system: `to` is its agency."""

    at: Moment
    to: str
    kind: str


class FileHeld(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    kind: str
    at: Moment
    size_bytes: int
    sha256: str


class ToRead(msgspec.Struct, frozen=True, kw_only=True):
    """A line that may say something of the person, or of others: for the clerk, never handed out as it is."""

    at: Moment
    text: Name


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    made: Moment
    matter: Matter
    tag: str = ""
    numbers: dict[str, str] = {}
    opened: Moment | None = None
    role: str
    kept: tuple[Kept, ...]
    files: tuple[FileHeld, ...] = ()
    looked: tuple[Looked, ...] = ()
    sent: tuple[Sent, ...] = ()
    to_read: tuple[ToRead, ...] = ()


class Gathering:
    """`wait` sleeps so many seconds."""

    def __init__(self, client: httpx.Client, matter: Matter, purpose: str, wait: Callable[[float], None] = time.sleep):
        self._client, self._matter, self._purpose, self._wait = client, matter, purpose, wait

    def answer(self, made: Moment) -> Answer:
        """What does not open anything is asked first: a right that is missing is said before a reveal is recorded.

        Raises `Malformed` where the server declines, and `httpx.HTTPError`.
        """
        self._reveals()
        sent = self._sent()
        if self._matter.call:
            kept, role, seq = self._caller()
            looked = self._looked_until(seq, "")
            return Answer(made=made, matter=self._matter, role=role, kept=kept, looked=looked, sent=sent)
        row = told(self._client.get(self._matter.path))
        lines = all_told(self._client, f"{self._matter.path}/chronology")
        card = card_of(row, self._matter.person)
        kept, seq = self._versions(row, card)
        return Answer(
            made=made,
            matter=msgspec.structs.replace(self._matter, incident=row["id"], person=card["id"]),
            tag=row["tag"],
            numbers=row["numbers"],
            opened=row["opened"],
            role=card["role"],
            kept=kept,
            files=tuple(_file(one) for one in row["media"] if one.get("sha256")),
            looked=self._looked_until(seq, card["id"]),
            sent=sent,
            to_read=tuple(_line(one) for one in lines),
        )

    def correct(self, details: dict[str, str]) -> tuple[str, ...]:
        """Seal the details anew with `details` in place of what stood there; the names of the fields that changed.

        What was there stays sealed beside it, under the same key, and both open by the same path.
        """
        row = told(self._client.get(self._matter.path))
        card = card_of(row, self._matter.person)
        kept = self._opened(f"{API}/details/{row['id']}/{card['ref']}", card["ref"], current=True)
        if kept[0].details is None:
            raise Malformed("there is nothing to correct", self._matter.path, kept[0].trouble)
        held = kept[0].details
        changed = tuple(name for name, text in details.items() if held.get(name, "") != text)
        if not changed:
            return ()
        given = {
            "incident_id": row["id"],
            "person_id": card["id"],
            "role": card["role"],
            "details": {name: text for name, text in {**held, **details}.items() if text},
        }
        becomes = told(self._client.post(f"{API}/details", json=given))["person"]
        command = {"incident_id": row["id"], "was_ref": card["ref"], "person": becomes}
        told(self._client.post(f"{API}/commands/change-person", json=command, headers=asked_for(self._purpose)))
        return changed

    def _versions(self, row: Any, card: Any) -> tuple[tuple[Kept, ...], int]:
        """As it is now, and then as it was before each correction, the newest first."""
        earlier = [one for one in reversed(row["earlier_persons"]) if one["id"] == card["id"]]
        kept, last = list[Kept](), 0
        for version in (card, *earlier):
            one, seq = self._opened(f"{API}/details/{row['id']}/{version['ref']}", version["ref"], version is card)
            kept.append(one)
            last = max(last, seq)
        return tuple(kept), last

    def _caller(self) -> tuple[tuple[Kept, ...], str, int]:
        answer = self._client.get(f"{self._matter.path}/caller", headers=asked_for(self._purpose))
        shown = told(answer)
        card = shown["person"]
        return (Kept(ref=card["ref"], current=True, details=shown["details"]),), card["role"], shown["seq"]

    def _opened(self, path: str, ref: str, current: bool) -> tuple[Kept, int]:
        answer = self._client.get(path, headers=asked_for(self._purpose))
        if answer.status_code in GONE and answer.json().get("code") in CODES_OF_GONE:
            return Kept(ref=ref, current=current, trouble=answer.json()["code"]), 0
        shown = told(answer)
        return Kept(ref=ref, current=current, details=shown["details"]), int(shown["seq"])

    def _looked_until(self, seq: int, person: str) -> tuple[Looked, ...]:
        """Every opening of that card, and of the incident's files, this one too."""
        until = RECORDED_WITHIN_S
        while True:
            found = self._reveals()
            if not seq or any(one["seq"] >= seq for one in found):
                break
            if until <= 0:
                raise Malformed("the records are behind", self._matter.path, "ask again; look at /health")
            self._wait(LOOK_EVERY_S)
            until -= LOOK_EVERY_S
        wanted = [one for one in found if one["what"] == "file" or one["subject"] == person or self._matter.call]
        return tuple(msgspec.convert(one, Looked) for one in wanted)

    def _reveals(self) -> list[Any]:
        page = told(self._client.get(f"{self._matter.path}/reveals"))
        return list(page["reveals"])

    def _sent(self) -> tuple[Sent, ...]:
        """To records systems, as the message log has it, the newest first."""
        messages, before = list[Any](), 0
        while True:
            params: dict[str, str | int] = {"limit": PAGE, "before": before}
            if self._matter.call:
                params |= {"call": self._matter.call}
            path = f"{API}/messages" if self._matter.call else f"{self._matter.path}/messages"
            page = told(self._client.get(path, params=params))
            messages += page
            if len(page) < PAGE:
                break
            before = page[-1]["n"]
        to_records = [one for one in messages if one["target"].startswith("records:")]
        return tuple(Sent(at=one["at"], to=one["target"].split(":", 1)[1], kind=one["kind"]) for one in to_records)


GONE: Final = (410, 500)
CODES_OF_GONE: Final = ("details-destroyed", "details-damaged")


def card_of(row: Any, person: str) -> Any:
    """The card of that identity; without one, the only card. Raises `Malformed` and lists them, without details."""
    cards = [one for one in row["persons"] if not one.get("removed")]
    found = [one for one in cards if person in ("", one["id"])]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{one['id']} ({one['role']})" for one in cards) or "none"
    raise Malformed(f"which person of {row['tag']}? 哪一位？", "--person", f"one of: {known}")


def _file(media: Any) -> FileHeld:
    return FileHeld(**{key: media[key] for key in FileHeld.__struct_fields__})


def _line(line: Any) -> ToRead:
    return ToRead(at=line["at"], text=Name(line["text"]["en"], line["text"]["zh"]))
