"""The notary: every minute it signs how large both logs are and their roots, and asks witnesses; once a day, a stamp.
When details have been erased it does so at once: the record of it is signed about when the keys are destroyed.

It signs nothing that does not continue what it has signed. It is beside the desk, never before it: whatever fails here
is said on the health page and tried again, and no command waits.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec

from turnout.audit.checkpoints import Checkpoint, cosigned_at, cosigned_by, opened
from turnout.audit.kept import LOGS, Log, ProofStore, Signed, Sizes, Stamp
from turnout.audit.notes import Note, Signature, SigningKey, sign
from turnout.core.board import Board
from turnout.core.events import Event
from turnout.core.retention.events import DetailsErased
from turnout.desk.chain import JournalRow
from turnout.desk.desk import Told
from turnout.desk.faults import Fault, StorageDamaged
from turnout.edge.proof.following import Following, NotThisJournal
from turnout.edge.proof.plan import ProofPlan, log_name
from turnout.edge.proof.ports import Inconsistent, KeyRing, NotAnswered, Stamper, Witness
from turnout.words.moment import HOUR_MS, MINUTE_MS, Moment
from turnout.words.name import Name
from turnout.words.trouble import BadInput

log = logging.getLogger(__name__)

WITNESS_SILENT_MS: Final = 10 * MINUTE_MS
"""A witness that was asked and has not cosigned for so long is named on the health page."""

TRIES_MAX: Final = 3
"""For one checkpoint at one witness: it says where it stands, and is asked again from there."""

NoteKey = Callable[[str], Awaitable[bool]]
"""Has the journal say that this signing key was made: `hash+base64`. Whether it does now; again is no error."""


class Notary:
    """`look` every minute and when it is `wanted`, or `sign_now` once."""

    def __init__(
        self,
        store: ProofStore,
        following: Following,
        keys: KeyRing,
        plan: ProofPlan,
        now: Callable[[], Moment],
        witnesses: Sequence[Witness] = (),
        stamper: Stamper | None = None,
        note_key: NoteKey | None = None,
    ) -> None:
        self.store, self.plan = store, plan
        self._following, self._keys, self._now = following, keys, now
        self._witnesses, self._stamper, self._note_key = witnesses, stamper, note_key
        self._held: dict[tuple[str, Log], int] = {}
        self._silent: dict[str, Moment] = {}
        self._since = now()
        self._noted: set[str] = set()
        self._trouble: Name | None = None
        self._is_failing = False
        self._stamped_ms: int | None = None
        self.wanted = asyncio.Event()

    def hear(self, told: Told[Board, Event]) -> None:
        """For `Desk.listen`: the record of an erasure is signed at once, not with the next minute's rows."""
        if any(isinstance(event, DetailsErased) for event in told.events):
            self.wanted.set()

    async def look(self) -> None:
        """One round, whatever happens in it: the process edge of the proof."""
        try:
            await self.sign_now()
            self._trouble, self._is_failing = None, False
        except NotThisJournal as trouble:
            self._say(trouble, NOT_THIS_JOURNAL)
        except Inconsistent as trouble:
            self._say(trouble, INCONSISTENT)
        except (Fault, BadInput, OSError) as trouble:
            self._say(trouble, Name(f"No checkpoint is signed: {trouble}", f"无法签署检查点：{trouble}"))
        except Exception as trouble:
            if not self._is_failing:
                log.exception("a bug of the notary")
            self._say(trouble, Name("No checkpoint is signed: see the log.", "无法签署检查点，请查看程序日志。"))

    def _say(self, trouble: Exception, name: Name) -> None:
        if not self._is_failing:  # once
            log.warning("no checkpoint: %s", trouble)
        self._trouble, self._is_failing = name, True

    async def sign_now(self) -> Signed | None:
        """The newest checkpoint, signed and cosigned as far as witnesses answered; None of an empty journal.

        Raises `NotThisJournal`, `Inconsistent`, `StorageFailed`, `Malformed`.
        """
        keys = await asyncio.to_thread(self._keys.list)
        is_noted = await self._note(keys)
        sizes = await self._following.catch_up()
        if sizes.journal == 0:
            return None
        before = await self.store.newest()
        if before is not None:
            await self._check_continues(before, sizes)
        signed = before if before is not None and before.size == sizes.journal else await self._sign(sizes, keys)
        if is_noted and len(keys) > 1:
            signed = await self._sign(sizes, keys)
            await asyncio.to_thread(self._keys.keep_newest)
        signed = await self._witnessed(signed)
        await self._stamp(signed)
        return signed

    async def _note(self, keys: Sequence[SigningKey]) -> bool:
        """Whether the journal says of every key that it was made."""
        said = [str(key.verifier).partition("+")[2] for key in keys]
        for one in said:
            if one not in self._noted and self._note_key is not None and await self._note_key(one):
                self._noted.add(one)
        return self._noted.issuperset(said)

    async def _check_continues(self, before: Signed, sizes: Sizes) -> None:
        """What was signed last is the beginning of what there is now."""
        for one, size, now in (
            ("journal", before.size, sizes.journal),
            ("reveals", before.reveals_size, sizes.reveals),
        ):
            _, checkpoint = opened(before.journal if one == "journal" else before.reveals)
            if size > now or await self.store.root(_log(one), size) != checkpoint.root:
                raise NotThisJournal(f"the {one} log does not continue the checkpoint of {size} records")

    async def _sign(self, sizes: Sizes, keys: Sequence[SigningKey]) -> Signed:
        notes: dict[Log, str] = {}
        for one in LOGS:
            name = log_name(self.plan.origin, one)
            size = sizes.journal if one == "journal" else sizes.reveals
            text = Checkpoint(name, size, await self.store.root(one, size)).text()
            notes[one] = str(sign(text, [SigningKey(name, key.kind, key.seed) for key in reversed(keys)]))
        signed = Signed(
            at=self._now(),
            size=sizes.journal,
            reveals_size=sizes.reveals,
            journal=notes["journal"],
            reveals=notes["reveals"],
        )
        await self.store.keep(signed)
        return signed

    async def _witnessed(self, signed: Signed) -> Signed:
        """With what the witnesses say; all are asked at once, and a silent one holds nobody up for long."""
        asked = [(witness, one) for witness in self._witnesses for one in LOGS if not _has(signed, one, witness)]
        found = await asyncio.gather(
            *(self._ask(witness, one, signed) for witness, one in asked), return_exceptions=True
        )
        notes: dict[Log, Note] = {one: opened(_note_of(signed, one))[0] for one in LOGS}
        trouble, silent = None, set[str]()
        for (witness, one), answer in zip(asked, found, strict=True):
            if isinstance(answer, Signature):
                notes[one] = Note(notes[one].text, (*notes[one].signatures, answer))
            elif isinstance(answer, NotAnswered):
                log.info("the witness %s: %s", witness.key.name, answer)
                silent.add(witness.key.name)
            else:
                trouble = answer
        if asked:
            self._silent = {name: self._silent.get(name, self._now()) for name in silent}
        if any(isinstance(answer, Signature) for answer in found):
            signed = msgspec.structs.replace(signed, journal=str(notes["journal"]), reveals=str(notes["reveals"]))
            await self.store.keep(signed)
        if trouble is not None:
            raise trouble
        return signed

    async def _ask(self, witness: Witness, one: Log, signed: Signed) -> Signature:
        note = _note_of(signed, one)
        size = signed.size if one == "journal" else signed.reveals_size
        at = witness.key.name, one
        for _ in range(TRIES_MAX):
            old = min(self._held.get(at, 0), size)
            proof = await self.store.prove_consistency(one, old, size)
            answer = await witness.cosign(old, proof, note)
            if isinstance(answer, int):
                if answer > size or answer == old:
                    raise Inconsistent(f"{witness.key.name} has seen {answer} records of {one}, there are {size}")
                self._held[at] = answer
                continue
            for signature in answer:
                if cosigned_at(opened(note)[0].text, signature, witness.key) is not None:
                    self._held[at] = size
                    return signature
            raise NotAnswered("none of its signatures is its own")
        raise NotAnswered("it says another size each time")

    async def _stamp(self, signed: Signed) -> None:
        if self._stamper is None or self.plan.stamps is None:
            return
        if self._stamped_ms is None:
            last = await self.store.last_stamp()
            self._stamped_ms = last.at if last is not None else 0
        if self._now() - self._stamped_ms < self.plan.stamps.every_h * HOUR_MS:
            return
        text = opened(signed.journal)[0].text.encode()
        try:
            body = await self._stamper.stamp(text)
        except NotAnswered as trouble:
            log.info("no time stamp: %s", trouble)
            return
        at = self._now()
        await self.store.keep_stamp(Stamp(signed.size, at, body))
        self._stamped_ms = at

    async def find_row(self, seq: int) -> JournalRow:
        """A row that is in the tree. Raises `StorageDamaged` where the journal no longer has it."""
        row = await self._following.find(seq)
        if row is None:
            raise StorageDamaged(f"row {seq} is signed and not there")
        return row

    def warning(self) -> Name | None:
        """What the health page says; None: all is well."""
        if self._trouble is not None:
            return self._trouble
        for name, since in self._silent.items():
            minutes = (self._now() - since) // MINUTE_MS
            if minutes * MINUTE_MS >= WITNESS_SILENT_MS:
                return Name(
                    f"The witness {name} has cosigned nothing for {minutes} minutes.",
                    f"见证方 {name} 已有 {minutes} 分钟未联署。",
                )
        return self._late_stamp()

    def _late_stamp(self) -> Name | None:
        if self._stamper is None or self.plan.stamps is None:
            return None
        hours = (self._now() - (self._stamped_ms or self._since)) / HOUR_MS
        if hours < 2 * self.plan.stamps.every_h:
            return None
        return Name(f"There has been no time stamp for {hours:.0f} hours.", f"已有 {hours:.0f} 小时未取得时间戳。")


NOT_THIS_JOURNAL: Final = Name(
    "The journal is not the one that was signed: rows are missing or altered, or an older state was put back. Nothing"
    " more is signed. Run `turnout audit check`, and keep everything as it is.",
    "日志与已签署的不符：有行缺失、被改，或恢复了旧状态。已停止签署。请运行 `turnout audit check`，并保持现场原样。",
)
INCONSISTENT: Final = Name(
    "A witness has seen other records than there are: an older state was put back, or two servers sign for one city.",
    "见证方见过的记录与现有的不同：恢复了旧状态，或有两台服务器代表同一城市签署。",
)


def _log(name: str) -> Log:
    return "journal" if name == "journal" else "reveals"


def _note_of(signed: Signed, one: Log) -> str:
    return signed.journal if one == "journal" else signed.reveals


def _has(signed: Signed, one: Log, witness: Witness) -> bool:
    return bool(cosigned_by(opened(_note_of(signed, one))[0], [witness.key]))
