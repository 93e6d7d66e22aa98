"""Who is connected just now: to cut a session's sockets when it ends, and all of them when the server stops."""

from turnout.edge.outlet import Outlet


class Connections:
    def __init__(self) -> None:
        self._by_session: dict[str, set[Outlet]] = {}

    def __len__(self) -> int:
        return sum(len(outlets) for outlets in self._by_session.values())

    def add(self, session: str, outlet: Outlet) -> None:
        self._by_session.setdefault(session, set()).add(outlet)

    def remove(self, session: str, outlet: Outlet) -> None:
        outlets = self._by_session.get(session, set())
        outlets.discard(outlet)
        if not outlets:
            self._by_session.pop(session, None)

    def end_session(self, session: str) -> None:
        """Somebody has signed off, or a token was withdrawn: its sockets are told so and closed."""
        for outlet in self._by_session.get(session, set()):
            outlet.cut_off("signed-off")

    def end_all(self) -> None:
        """The server stops: consoles come back by themselves when it is there again."""
        for outlets in self._by_session.values():
            for outlet in outlets:
                outlet.cut_off("shutdown")
