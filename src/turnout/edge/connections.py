"""Who is connected just now: to cut a session's sockets when it ends, and all of them when the server stops."""

from turnout.edge.outlet import Outlet


class Connections:
    def __init__(self) -> None:
        self._by_session: dict[str, set[Outlet]] = {}

    def __len__(self) -> int:
        return len({outlet for outlets in self._by_session.values() for outlet in outlets})

    def fullest(self) -> tuple[int, int]:
        """(messages unread, commands under way) of the connection that has most; the two may be of two connections."""
        outlets = [outlet for held in self._by_session.values() for outlet in held]
        return max((len(one) for one in outlets), default=0), max((one.under_way for one in outlets), default=0)

    def add(self, session: str, outlet: Outlet) -> None:
        self._by_session.setdefault(session, set()).add(outlet)

    def has(self, session: str) -> bool:
        """Whether it has a socket open."""
        return session in self._by_session

    def remove(self, session: str, outlet: Outlet) -> None:
        outlets = self._by_session.get(session, set())
        outlets.discard(outlet)
        if not outlets:
            self._by_session.pop(session, None)

    def end_session(self, session: str) -> None:
        """Somebody has signed off, or a token was withdrawn: its sockets are told so and closed."""
        for outlet in self._by_session.get(session, set()):
            outlet.cut_off("signed-off")

    def keep_only(self, sessions: set[str]) -> None:
        """Whatever else is connected under a name has ended elsewhere."""
        for session in [one for one in self._by_session if one and one not in sessions]:
            self.end_session(session)

    def end_all(self) -> None:
        """The server stops: consoles come back by themselves when it is there again."""
        for outlets in self._by_session.values():
            for outlet in outlets:
                outlet.cut_off("shutdown")
