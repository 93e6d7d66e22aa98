"""The simulated city as a child process: it speaks to the server only as callers and crews would, with a token.

The token goes through the child's standard input, never its arguments or environment, where others could read it.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from turnout.adapters.identity.accounts import Accounts
from turnout.config import Settings
from turnout.desk.access import part
from turnout.edge.allowance import Allowances
from turnout.edge.identities import IdentityRefusal, NewToken

log = logging.getLogger(__name__)

SCOPES: Final = ("calls", "dispatch", "field:*", "avl", "read")
TOKEN_NAME: Final = "simulated-city"

RESTART_S: Final = 5.0
"""After the child has ended by itself."""

RESTARTS_MAX: Final = 20
"""A simulated city that cannot stay up is given up, and the operator told; the desk goes on without."""

TERMINATE_S: Final = 5.0


class Simulation:
    def __init__(self, settings: Settings, accounts: Accounts, city: Path, allowances: Allowances) -> None:
        self._settings, self._accounts, self._city, self._allowances = settings, accounts, city, allowances

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """A child that runs, and is started again when it ends; terminated at the end."""
        for old in self._accounts.list_tokens():
            if old.name == TOKEN_NAME:
                self._accounts.revoke_token(old.id)
        made = self._accounts.add_token(NewToken(name=TOKEN_NAME, scopes=SCOPES), part("setup"))
        assert not isinstance(made, IdentityRefusal), made
        self._allowances.let_pass(f"token:{made.card.id}")
        task = asyncio.create_task(self._keep_running(made.token), name="simulated city")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            self._accounts.revoke_token(made.card.id)

    async def _keep_running(self, token: str) -> None:
        for _ in range(RESTARTS_MAX):
            code = await self._run_once(token)
            log.warning("the simulated city ended with %s; starting it again in %.0f s", code, RESTART_S)
            await asyncio.sleep(RESTART_S)
        log.error("the simulated city ended %d times and is given up", RESTARTS_MAX)

    async def _run_once(self, token: str) -> int:
        settings = self._settings
        server = f"{settings.scheme}://{settings.host}:{settings.port}"
        trust = ("--trust", str(settings.tls_cert)) if settings.is_tls else ()
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "turnout.main", "simulate", "--server", server, "--city", str(self._city)),
            *("--speed", str(settings.speed), "--log-format", settings.log_format, "--token-stdin", *trust),
            stdin=asyncio.subprocess.PIPE,
        )
        try:
            assert child.stdin is not None
            child.stdin.write(f"{token}\n".encode())
            await child.stdin.drain()
            return await child.wait()
        finally:
            if child.returncode is None:
                child.terminate()
                try:
                    await asyncio.wait_for(child.wait(), TERMINATE_S)
                except TimeoutError:
                    child.kill()
                    await child.wait()
