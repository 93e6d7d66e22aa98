"""The reasoned no to erasing."""

from turnout.core.no import No


class OnHold(No, frozen=True, kw_only=True, tag="on-hold"):
    """A hold forbids it; whoever may release it has to do so first."""

    matter: str
    reason: str


class NotOver(No, frozen=True, kw_only=True, tag="not-over"):
    """Somebody works on it: what is needed to help is not erased."""

    matter: str


class CallOfIncident(No, frozen=True, kw_only=True, tag="call-of-incident"):
    """The call concerns an incident: what is kept and erased is decided for that."""

    call: str
    incident: str


class RetentionFull(No, frozen=True, kw_only=True, tag="retention-full"):
    """So many holds, or requests, are open already."""

    most: int


class SharedKey(No, frozen=True, kw_only=True, tag="shared-key"):
    """The card was made before cards had keys of their own: it ends with all of its matter, not alone."""

    card: str
    matter: str
