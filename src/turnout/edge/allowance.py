"""How much one person, one program and one network may ask of a server: one gone mad leaves the others theirs.

The generic cell rate algorithm (ITU-T I.371): of each key one number is kept, when it will have used up nothing again.
A duress alarm, a call and an incident made of one pass uncounted and unlimited, whoever sends how many.
Each process counts for itself, in memory: a restart forgives.
"""

import ipaddress
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache
from typing import Final, NamedTuple

from turnout.core.calls.commands import AnswerCall, OpenFromAlarm, TakeCall, TakeMessage
from turnout.core.commands import Command
from turnout.core.incidents.commands import CloneIncident, OpenIncident, SplitIncident
from turnout.core.units.commands import AnswerDuress, RaiseDuress, SelfInitiate
from turnout.desk.access import Principal

UNLIMITED: Final = (
    *(RaiseDuress, AnswerDuress, TakeCall, AnswerCall, TakeMessage),
    *(OpenIncident, OpenFromAlarm, SelfInitiate, CloneIncident, SplitIncident),
)
"""What somebody's life may hang on before anybody knows of it. Held back by nothing but the desk's own speed."""

SECOND_NS: Final = 1_000_000_000
KEYS_MAX: Final = 10_000
"""Watched of each kind; the longest unseen is forgotten, which gives it its allowance anew and nobody else anything."""


class Rate(NamedTuple):
    """`per_s` in the long run, `at_once` in a burst."""

    per_s: int
    at_once: int


PERSON: Final = Rate(100, 2_000)
"""A console asks for some fifty things when it opens and for a few a second then; a hundred is a console gone mad."""

PROGRAM_COMMANDS: Final = Rate(6_000, 12_000)
"""All commands of a city may come by one token: over the 5,000 a second that a desk is to acknowledge (issue 3)."""

PROGRAM_REQUESTS: Final = Rate(1_000, 10_000)
"""Everything else by one token: 600 units that report their place every second, one by one, and as much again."""

NETWORK: Final = Rate(15_000, 60_000)
"""A whole city may come by one address, that of a proxy before the server: two programs at their limits, and a room."""

STRANGERS: Final = Rate(100, 2_000)
"""Of one network, by who does not say who they are: a room of two hundred consoles comes back at once, ten of each."""

asked_from: ContextVar[str] = ContextVar("asked_from", default="")
"""The address of who is being answered; empty: a part of this program."""

passed_on: ContextVar[bool] = ContextVar("passed_on", default=False)
"""Whether an edge of this city passes the request on: it has seen the session all the while, and judged it."""

found_locked: ContextVar[bool] = ContextVar("found_locked", default=False)
"""Of what is `passed_on`: whether the edge has judged that the session is locked."""


class Allowance:
    """One rate, for each key by itself. Keeps `keys_max` numbers at most, in whole nanoseconds (exact)."""

    def __init__(self, rate: Rate, keys_max: int = KEYS_MAX) -> None:
        assert rate.per_s >= 1
        assert rate.at_once >= 1
        self._interval_ns = -(-SECOND_NS // rate.per_s)
        self._tolerance_ns, self._keys_max = (rate.at_once - 1) * self._interval_ns, keys_max
        self._unused_at: OrderedDict[str, int] = OrderedDict()
        """When the key will have its whole burst again, in nanoseconds of the asker's clock."""

    def __len__(self) -> int:
        return len(self._unused_at)

    def wait_ns(self, key: str, now_ns: int) -> int:
        """Until the next one is allowed; 0: now. Takes nothing."""
        return max(0, self._unused_at.get(key, now_ns) - self._tolerance_ns - now_ns)

    def take(self, key: str, now_ns: int) -> None:
        """Count one that was allowed."""
        self._unused_at[key] = max(self._unused_at.get(key, now_ns), now_ns) + self._interval_ns
        self._unused_at.move_to_end(key)
        if len(self._unused_at) > self._keys_max:
            self._unused_at.popitem(last=False)


class Allowances:
    """A server's. `clock_ns` is monotonic."""

    def __init__(self, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock_ns = clock_ns
        self.persons, self.networks, self.strangers = Allowance(PERSON), Allowance(NETWORK), Allowance(STRANGERS)
        self.program_commands, self.program_requests = Allowance(PROGRAM_COMMANDS), Allowance(PROGRAM_REQUESTS)
        self.held_back: Counter[str] = Counter()
        """`person`, `program`, `stranger` → how often since the start."""
        self._own: set[str] = set()

    def let_pass(self, session: str) -> None:
        """A part of the program that comes in from outside with a token of its own: the simulated city."""
        self._own.add(session)

    def take_command(self, who: Principal, command: Command) -> int:
        """Whole seconds to wait; 0: it was counted, or is not to be. What is refused costs nothing."""
        return 0 if isinstance(command, UNLIMITED) else self._take_of(who, self.program_commands)

    def take(self, who: Principal) -> int:
        """As `take_command`, for anything else that somebody asks."""
        return self._take_of(who, self.program_requests)

    def take_unnamed(self) -> int:
        """As `take`, for one thing asked by who has not said yet who it is. What they ask is not taken from others."""
        network = network_of(asked_from.get())
        return self._take("stranger", (self.strangers, network)) if network else 0

    def _take_of(self, who: Principal, of_programs: Allowance) -> int:
        if who.kind == "part" or who.session in self._own:
            return 0
        is_person = who.kind == "person"
        own = (self.persons, who.actor.id) if is_person else (of_programs, who.session)
        network = network_of(asked_from.get())
        return self._take(who.kind, own, *(((self.networks, network),) if network else ()))

    def _take(self, kind: str, *counted: tuple[Allowance, str]) -> int:
        """From all of them, or from none."""
        now_ns = self._clock_ns()
        wait_ns = max(allowance.wait_ns(key, now_ns) for allowance, key in counted)
        if wait_ns > 0:
            self.held_back[kind] += 1
            return -(-wait_ns // SECOND_NS)
        for allowance, key in counted:
            allowance.take(key, now_ns)
        return 0


@lru_cache(maxsize=KEYS_MAX)
def network_of(address: str) -> str:
    """An address of IPv4, or the /64 of one of IPv6, which one machine has to itself (RFC 6177); else what it says."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found) >> 64 << 64, 64)))
