"""What the sender of a command is told, by either way: done, or not, with a code and words in both languages."""

from typing import Any

import msgspec

from turnout.desk.faults import Fault
from turnout.edge.identities import IdentityRefusal
from turnout.edge.speech import status_for, words_for
from turnout.words.name import Name

RETRY_AFTER_S = 1
"""After `busy` or a stop: the desk is back within about that."""


class Accepted(msgspec.Struct, frozen=True):
    """Durable. `outcome` names what was made: the tag and number of a new incident."""

    seq_from: int
    seq_to: int
    repeated: bool
    outcome: dict[str, str] = {}


class Declined(msgspec.Struct, frozen=True):
    """A refusal or a fault, ready for any wire. `fields` are the facts, without the code."""

    code: str
    fields: dict[str, Any]
    text: Name
    status: int
    retry_after_s: int = 0
    override: bool = False
    """A person may go over it: the same command with a reason in `override` (core/overriding.py)."""


Answer = Accepted | Declined


def declined(code: str, **fields: Any) -> Declined:
    """One of the edge's own nos, by its code in `speech.py`."""
    text = words_for(code, fields)
    assert text is not None, code
    wait = RETRY_AFTER_S if status_for(code) == 503 else int(fields.get("wait_s", 0))
    return Declined(code, fields, text, status_for(code), wait)


def declined_by_door(refusal: IdentityRefusal) -> Declined:
    return declined(refusal.code, **refusal.fields)


def declined_by_fault(fault: Fault) -> Declined:
    """A fault is no answer; what its sender may do is in the words."""
    if words_for(fault.code, {}) is None:
        return declined("fault")
    if fault.code == "too-large":
        return declined("too-large", most=COMMAND_BYTES_TOLD)
    return declined(fault.code)


def declined_by_rules(refusal: msgspec.Struct, text: Name | None = None) -> Declined:
    """A refusal struct: its tag is the code, its fields are the facts."""
    fields: dict[str, Any] = msgspec.to_builtins(refusal)
    code = str(fields.pop("code"))
    spoken = text or words_for(code, fields)
    assert spoken is not None, code
    return Declined(code, fields, spoken, status_for(code))


def answer_body(answer: Answer) -> dict[str, Any]:
    """An answer as the wire has it."""
    if isinstance(answer, Declined):
        return {
            "ok": False,
            "refusal": {"code": answer.code, **answer.fields},
            "text": answer.text,
            "retry_after_s": answer.retry_after_s,
            "override": answer.override,
        }
    return {
        "ok": True,
        "seq_from": answer.seq_from,
        "seq_to": answer.seq_to,
        "repeated": answer.repeated,
        "outcome": answer.outcome,
    }


COMMAND_BYTES_TOLD = 256 * 1024
"""The desk's own limit on one command (desk/desk.py)."""
