"""`turnout fallback`: another machine keeps the newest fallback kit of a server, for the day that server is gone."""

import logging
import time
from pathlib import Path
from typing import Final

import httpx

from turnout.edge.fallback import LANGUAGES, keep_files
from turnout.words.trouble import Malformed

TIMEOUT_S: Final = 20.0
KINDS: Final = ("sheet", "forms")

log = logging.getLogger(__name__)


def fetch_kit(client: httpx.Client, folder: Path, every_s: float = 0.0) -> int:
    """Fetch sheet and forms in both languages into `folder`; with `every_s` again and again, keeping the last good.

    `client` knows address and token. Raises Malformed where the server says that one of them is wrong: that will not
    mend itself. 1: nothing could be fetched.
    """
    while True:
        fetched = _fetch_once(client, folder)
        if not every_s:
            return 0 if fetched else 1
        time.sleep(every_s)


def _fetch_once(client: httpx.Client, folder: Path) -> bool:
    wanted = [(what, language) for what in KINDS for language in LANGUAGES]
    try:
        keep_files(folder, {f"{what}.{language}.html": _get(client, what, language) for what, language in wanted})
    except (httpx.HTTPError, OSError) as fault:
        log.warning("not fetched, the last one is kept: %s", fault)
        return False
    return True


def _get(client: httpx.Client, what: str, language: str) -> bytes:
    answer = client.get(f"/api/v1/fallback/{what}", params={"language": language}, timeout=TIMEOUT_S)
    if answer.status_code in (401, 403, 404):
        says = f"the server answers {answer.status_code}"
        raise Malformed(says, where=str(answer.url), cure="check address and token")
    answer.raise_for_status()
    return answer.content
