"""What a simulation rests on, as one digest: the plans in force and the files that signals and traffic are read from.

SHA-256. A district's counts and its log are not in it: they grow from day to day, and no simulation reads them.
"""

import hashlib

import msgspec

from turnout.signals.districts.folder import PUT, District
from turnout.signals.districts.plan_sets import body_of, digest_of, plans_of
from turnout.signals.file_trouble import unread
from turnout.signals.model import Signals


class _State(msgspec.Struct, frozen=True):
    plans: str
    files: tuple[tuple[str, str], ...]
    seconds: tuple[int, int]


def state_of(district: District, in_force: Signals) -> str:
    """In hexadecimal. Raises `Malformed` for a file that cannot be read."""
    head = district.head
    named = (head.signals, head.network, *head.programmes, *head.routes, *head.additional)
    files = tuple((name, _digest(district, name)) for name in named if name)
    found = _State(digest_of(body_of(plans_of(in_force))), files, (head.begin_s, head.end_s))
    return digest_of(msgspec.json.encode(found))


def _digest(district: District, name: str) -> str:
    try:
        with (district.folder / name).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unread(error, f"{district.id}/{name}", PUT) from error
