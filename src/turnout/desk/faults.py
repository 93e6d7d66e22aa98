"""Faults of the desk: disk, queue, writer, bug. Exceptions, because no rule of the city produced them.

A refusal is an answer; a fault is the lack of one. After a fault the sender does not know whether the command was done
(the disk may have taken it before it failed), so it sends the same command identity again and is then told the truth.
"""


class Fault(Exception):
    """No answer could be given. `code` is stable; the screens have words for it in both languages."""

    code = "fault"


class Busy(Fault):
    """The lane is full: the command was not taken and nothing happened. Send it again a little later."""

    code = "busy"


class TooLarge(Fault):
    """The command is larger than one command may be; it was not taken."""

    code = "too-large"


class DeskStopped(Fault):
    """The desk is not running: not yet started, being stopped, or unable to come back."""

    code = "desk-stopped"


class BugFound(Fault):
    """This command met a bug in the rules. It was not done; the desk has rebuilt its board from the journal."""

    code = "bug-found"


class EnrichmentFailed(Fault):
    """What the edge adds to a command before it is decided (zones, travel times) could not be added. Not done."""

    code = "enrichment-failed"


class Displaced(Fault):
    """Another writer has taken over this journal, or has appended to it: this one may write no more."""

    code = "displaced"


class NotTheDesk(Fault):
    """This server is not the desk just now: it stands by, or has not been able to renew its lease. Not done here."""

    code = "not-the-desk"


class DeskUnreachable(NotTheDesk):
    """This process is not the desk, and the one that is does not answer. Whether it was done is not certain."""

    code = "desk-unreachable"


class LinkRefused(Fault):
    """The desk is of a version that does not talk with this process's. Nothing was done."""

    code = "link-refused"


class StorageFailed(Fault):
    """The storage could not do it, for a reason it names. What was being written may or may not be there."""

    code = "storage-failed"


class StorageFull(StorageFailed):
    """No space is left. Nothing is taken until there is some; everything acknowledged is kept."""

    code = "storage-full"


class StorageReadOnly(StorageFailed):
    """The storage may be read and not written."""

    code = "storage-read-only"


class StorageBusy(StorageFailed):
    """Another process held the storage for longer than we wait."""

    code = "storage-busy"


class StorageUnconfirmed(StorageFailed):
    """It is on the primary, and the standby has not said that it has it: a loss of the primary now would lose it."""

    code = "storage-unconfirmed"


class StorageDamaged(StorageFailed):
    """The storage holds something that we did not write, or lacks something that we wrote."""

    code = "storage-damaged"
