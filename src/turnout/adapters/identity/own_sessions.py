"""How long a session is believed: it locks when nobody uses it, and before what changes how one gets in its person has
to have proved lately who it is (ASVS 5.0: 7.3.1, 7.5.1, 7.5.2, 8.4.2).

What was seen of a session is kept by this process alone, and only who was seen can have left: a server that starts
anew, or that a person's requests reach for the first time since their edge has died, begins to count with that request.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from turnout.adapters.identity.keeping import Keeping, digest
from turnout.adapters.identity.sessions import SessionRow
from turnout.desk.access import Principal
from turnout.edge.allowance import asked_from, network_of
from turnout.edge.identities import IdentityRefusal, OwnSession
from turnout.words.moment import MINUTE_MS, Moment

PROOF_MS: Final = 10 * MINUTE_MS
"""Long enough for what one came to change; an hour at an unwatched desk is not."""

SEEN_MAX: Final = 20_000
"""More sessions than any city opens in the time that one lasts; the longest unseen is forgotten."""


class Idle:
    """Which sessions nobody has used for `term_ms`; 0: never. `is_live`: whether it has a socket open, whose page
    measures by itself and locks itself."""

    def __init__(self, now: Callable[[], Moment], term_ms: int, is_live: Callable[[str], bool]) -> None:
        self._now, self._term_ms, self._is_live = now, term_ms, is_live
        self._seen: OrderedDict[str, Moment] = OrderedDict()

    def touch(self, session: str) -> None:
        self._seen[session] = self._now()
        self._seen.move_to_end(session)
        while len(self._seen) > SEEN_MAX:
            self._seen.popitem(last=False)

    def forget(self, session: str) -> None:
        """Nothing is known of it from here on: it begins anew with its next request."""
        self._seen.pop(session, None)

    def is_over(self, row: SessionRow) -> bool:
        """Whether it was left alone for too long; one that was not is touched by being asked about."""
        now = self._now()
        last = max(self._seen.get(row.id, now), row.proved)
        if self._term_ms and now - last > self._term_ms and not self._is_live(row.id):
            return True
        self.touch(row.id)
        return False


class OwnSessions(Keeping):
    """The part of `Accounts` for a person's own sessions."""

    def why_not_fresh(self, principal: Principal) -> IdentityRefusal | None:
        """Before what changes how somebody gets in. Programs show their token each time; visitors have nothing."""
        if principal.kind != "person":
            return None
        row = self._store.find_session_named(principal.session)
        if row is None or row.demo:
            return None
        is_late = self._now() - row.proved > PROOF_MS
        is_elsewhere = row.network != network_of(asked_from.get())
        return IdentityRefusal("proof-needed") if is_late or is_elsewhere else None

    def list_own_sessions(self, principal: Principal) -> list[OwnSession]:
        """Newest first; never what opens one."""
        return [
            OwnSession(
                id=row.id,
                created=row.created,
                proved=row.proved,
                expires=row.expires,
                position=row.position,
                network=row.network,
                way=row.way,
                locked=row.locked,
                own=row.id == principal.session,
            )
            for row in self._store.list_sessions_of(principal.actor.id, self._now())
        ]

    def end_own_session(self, principal: Principal, session: str) -> bool:
        """One of one's own; False where there is none of that name."""
        row = self._store.find_session_named(session)
        if row is None or row.account != principal.actor.id:
            return False
        self._store.end_session(session)
        self._on_end(session)
        return True

    def renew(self, principal: Principal) -> str:
        """The session goes on under another cookie (ASVS 5.0, 7.2.4), which this is; its sockets stay."""
        secret = secrets.token_urlsafe(32)
        self._store.set_digest(principal.session, digest(secret))
        return secret

    def keep_drafts(self, earlier: Principal, now: Principal) -> None:
        """The same person signs in again in the same browser: what was typed there can still be read."""
        held = self._store.find_session_named(earlier.session)
        if held is not None and held.account == now.actor.id:
            self._store.set_drafts_key(now.session, held.drafts_key)

    def drafts_key_of(self, principal: Principal) -> str:
        held = self._store.find_session_named(principal.session)
        return held.drafts_key if held is not None else ""
