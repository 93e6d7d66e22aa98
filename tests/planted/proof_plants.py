"""Planted bugs of the proof: what the log, its notary, a witness and an auditor must each notice by themselves."""

from collections.abc import Iterable
from pathlib import Path

from tests.audit import test_tree
from tests.auditing import test_export, test_notary, test_tampering
from tests.auditing.mending import Export
from tests.auditing.notarised import notarised
from tests.auditing.test_witness import LOG, ALog
from tests.auditing.witnesses import AWitness
from tests.planted.plant import Patch, Plant
from turnout.adapters.storage.sqlite import witness as witness_module
from turnout.audit import tree, witnessing
from turnout.audit.notes import Note, VerifierKey
from turnout.audit.witnessing import Asked, Logs, No, Seen
from turnout.auditing import rows
from turnout.edge.proof.following import Following
from turnout.edge.proof.notary import Notary


def the_roots_are_those_of_certificate_transparency(_: Path) -> None:
    test_tree.test_the_roots_are_those_of_the_known_tree_of_certificate_transparency()


async def a_fork_is_never_cosigned(folder: Path) -> None:
    witness = AWitness(folder, {LOG.name: [LOG.verifier]})
    try:
        assert (await witness.asked(ALog(100).asks(0, 50))).status_code == 200
        assert (await witness.asked(ALog(100, b" altered").asks(50, 100))).status_code == 422
        assert (await witness.asked(ALog(100, b" altered").asks(0, 40))).status_code == 409
    finally:
        await witness.close()


async def a_body_that_is_another_is_found(folder: Path) -> None:
    async with notarised(folder) as city:
        await city.goes_on(10)
        path, _ = await city.exports(bodies=True)
        export = Export(path)
        [name] = [one for one in export.members if one.startswith("journal/bodies/")]
        export.members[name] = export.members[name].replace(b'{"row":7}', b'{"row":8}')
        found = city.verifies(export.write(folder / "altered.zip")).findings
        assert [one.code for one in found] == ["body-differs"]


def nodes_hashed_as_leaves(patch: Patch) -> None:
    patch.setattr(tree, "node_hash", lambda left, right: tree.leaf_hash(left + right))


def consistency_believed(patch: Patch) -> None:
    patch.setattr(witnessing, "is_consistent", lambda *given: True)


def nothing_kept_of_what_was_cosigned(patch: Patch) -> None:
    def judge(asked: Asked, logs: Logs, seen: Seen) -> No | None:
        return witnessing.judge(asked, logs, Seen(asked.old, seen.root))

    patch.setattr(witness_module, "judge", judge)


def signed_whatever_was_signed_before(patch: Patch) -> None:
    async def unchecked(*given: object) -> None: ...

    patch.setattr(Notary, "_check_continues", unchecked)


def trees_continued_whosever_they_are(patch: Patch) -> None:
    async def unchecked(*given: object) -> None: ...

    patch.setattr(Following, "_check", unchecked)


def old_key_destroyed_before_the_new_one_is_on_record(patch: Patch) -> None:
    async def noted(*given: object) -> bool:
        return True

    patch.setattr(Notary, "_note", noted)


def any_signature_taken_for_the_logs(patch: Patch) -> None:
    def signed_by(note: Note, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
        return list(keys) if note.signatures else []

    patch.setattr(Note, "signed_by", signed_by)


def bodies_not_held_against_headers(patch: Patch) -> None:
    patch.setattr(rows, "_belongs", lambda entry, body: True)


def kept_checkpoints_not_compared(patch: Patch) -> None:
    patch.setattr("turnout.auditing.verify._Verifying._compare_held", lambda *given: None)


PROOF_PLANTS = {
    "nodes hashed as leaves": Plant(nodes_hashed_as_leaves, the_roots_are_those_of_certificate_transparency),
    "a witness that believes": Plant(consistency_believed, a_fork_is_never_cosigned),
    "a witness that forgets": Plant(nothing_kept_of_what_was_cosigned, a_fork_is_never_cosigned),
    "a checkpoint that does not continue the last": Plant(
        signed_whatever_was_signed_before, test_notary.test_trees_that_were_altered_are_not_signed
    ),
    "trees of another journal continued": Plant(
        trees_continued_whosever_they_are,
        test_notary.test_nothing_is_signed_of_a_journal_whose_last_row_is_another,
    ),
    "an old key destroyed too early": Plant(
        old_key_destroyed_before_the_new_one_is_on_record,
        test_notary.test_a_key_that_cannot_be_noted_yet_destroys_no_other,
    ),
    "any signature taken for the log's": Plant(
        any_signature_taken_for_the_logs, test_export.test_another_key_than_the_auditors_is_no_signature
    ),
    "bodies not held against headers": Plant(bodies_not_held_against_headers, a_body_that_is_another_is_found),
    "a kept checkpoint not compared": Plant(
        kept_checkpoints_not_compared,
        test_tampering.test_a_signed_checkpoint_of_other_records_says_that_the_log_itself_forked,
    ),
}
