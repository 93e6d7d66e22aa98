"""How often somebody may try to sign in. Only signing in is held back, never an emergency, a call or a command."""

from collections import OrderedDict, deque

from turnout.words.moment import MINUTE_MS, Moment

WINDOW_MS = 5 * MINUTE_MS
"""Failures older than that are forgiven."""

FAILURES_OF_ACCOUNT_MAX = 8
"""A person who mistypes at the start of a shift needs three or four; a guesser gets 96 an hour at one account."""

FAILURES_OF_ADDRESS_MAX = 40
"""A whole operations room may sit behind one address."""

KEYS_MAX = 10_000
"""Accounts and addresses watched; the longest unseen is forgotten, so that guessing names cannot fill the memory."""


class Attempts:
    """Failed attempts by account and by address, in memory: a restart forgives."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, deque[Moment]] = OrderedDict()

    def wait_s(self, account: str, address: str, now: Moment) -> int:
        """Seconds until the next attempt is heard; 0: now."""
        return max(
            self._wait_s(f"account {account}", FAILURES_OF_ACCOUNT_MAX, now),
            self._wait_s(f"address {address}", FAILURES_OF_ADDRESS_MAX, now),
        )

    def note_failure(self, account: str, address: str, now: Moment) -> None:
        for key in (f"account {account}", f"address {address}"):
            failures = self._failures.setdefault(key, deque(maxlen=FAILURES_OF_ADDRESS_MAX))
            failures.append(now)
            self._failures.move_to_end(key)
        while len(self._failures) > KEYS_MAX:
            self._failures.popitem(last=False)

    def note_success(self, account: str) -> None:
        self._failures.pop(f"account {account}", None)

    def _wait_s(self, key: str, most: int, now: Moment) -> int:
        failures = self._failures.get(key)
        if failures is None:
            return 0
        while failures and failures[0] <= now - WINDOW_MS:
            failures.popleft()
        if len(failures) < most:
            return 0
        return max(1, (failures[len(failures) - most] + WINDOW_MS - now + 999) // 1000)
