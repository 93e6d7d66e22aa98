"""`turnout devices`: certificates for terminals, issued, listed and revoked on the machine, renewed by themselves."""

import argparse
import asyncio
import os
import ssl
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

from turnout.adapters.between.desk_line import DeskLine, client_for, trusted
from turnout.adapters.clock import SystemClock
from turnout.adapters.identity.devices import DAYS, FOLDER, Authority, Devices, new_request, write_key
from turnout.adapters.identity.store import IdentityStore
from turnout.adapters.storage.postgres.between import PostgresBetween
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.site_key import SITE_KEY
from turnout.config import Settings
from turnout.desk.faults import Fault
from turnout.desk.operations import Operations
from turnout.edge.answers import declined_by_door
from turnout.edge.between import CERTIFICATE_DAYS_MAX, CSR_BYTES_MAX, DevicesAsked, DevicesSaid
from turnout.words.trouble import Malformed

RENEWED: Final = 200
EARLY: Final = "device-too-early"
ASK_S: Final = 30.0

UNSURE: Final = {
    "issue": " It may have been issued: turnout devices list, then revoke, and issue again",
    "revoke": " It may have been revoked: turnout devices list",
}
"""What to do where there was no answer."""


Where = Callable[[argparse.Namespace], tuple[Settings, Path]]
"""From the command line, the settings and the city's data folder."""


def add_devices_commands(commands: Any, where: Where) -> None:
    devices = commands.add_parser("devices", help="certificates for terminals: issue, list, revoke, renew (设备证书)")
    acts = devices.add_subparsers(required=True)
    issue = acts.add_parser("issue", help="a first certificate for a terminal (签发)")
    issue.add_argument("name", help="what the terminal is called: E07, wall-1")
    issue.add_argument("--to", type=Path, required=True, help="a folder for the certificate, its key and ca.pem")
    issue.add_argument("--csr", type=Path, help="a request (PEM) made on the terminal: the key never leaves it")
    issue.add_argument(
        "--days", type=int, default=DAYS, help=f"how long it is good (default: {DAYS}, at most {CERTIFICATE_DAYS_MAX})"
    )
    issue.set_defaults(run=lambda asked: _issue(*where(asked), asked))
    listing = acts.add_parser("list", help="all devices (列出)")
    listing.set_defaults(run=lambda asked: _list(*where(asked)))
    revoke = acts.add_parser("revoke", help="at once, also where it is connected (吊销)")
    which = revoke.add_mutually_exclusive_group(required=True)
    which.add_argument("name", nargs="?", help="its name or identity")
    which.add_argument("--all", action="store_true", help="every device there is (全部)")
    revoke.set_defaults(
        run=lambda asked: _revoke_all(*where(asked)) if asked.all else _revoke(*where(asked), asked.name)
    )
    for command in (issue, listing, revoke):
        command.add_argument("--city", type=Path, help="a city folder (default: the shipped San Francisco)")
        command.add_argument("--data", type=Path, help="the data folder of the server (default: var, or TURNOUT_DATA)")
        command.add_argument("--database", help="the PostgreSQL that the servers share: the desk is asked (数据库)")
        command.add_argument("--trust", type=Path, help="certificates (PEM) by which the desk is known")
    renew = acts.add_parser("renew", help="on the terminal: another certificate once half of its time is over (续期)")
    renew.add_argument("--server", required=True, help="https://desk.example:8443, the door for devices")
    renew.add_argument("--cert", type=Path, required=True)
    renew.add_argument("--key", type=Path, required=True)
    renew.add_argument("--trust", type=Path, help="certificates (PEM) by which the server is known")
    renew.add_argument("--every", type=float, default=0.0, help="again every so many hours (default: once)")
    renew.set_defaults(run=_renew)


def _answered(settings: Settings, folder: Path, asked: DevicesAsked) -> DevicesSaid:
    """By the desk, where the city is in a database; else from the files, beside the server. Raises `Malformed`."""
    if settings.database:
        return asyncio.run(_asked_of_the_desk(settings, asked))
    if (folder / SITE_KEY).exists():
        raise Malformed("this city is in a database", where=str(folder), cure="--database")
    store = IdentityStore(folder / "accounts.sqlite")
    with closing(store):
        return Devices(store, Authority(folder / FOLDER), SystemClock().now).answer(asked)


async def _asked_of_the_desk(settings: Settings, asked: DevicesAsked) -> DevicesSaid:
    """It alone writes accounts. Every process knows what it has done within a second."""
    async with AsyncExitStack() as stack:
        between = PostgresBetween(Database(settings.database, Operations.stream))
        stack.push_async_callback(between.close)
        try:
            client = await stack.enter_async_context(client_for(await between.key(), trusted(settings.trust)))
            body = await DeskLine(between.find_door, client).ask("devices", msgspec.json.encode(asked), ASK_S)
        except Fault as fault:
            cure = f"is there a desk, and can it be reached?{UNSURE.get(asked.act, '')}"
            raise Malformed(str(fault), where="--database", cure=cure) from fault
    return msgspec.json.decode(body, type=DevicesSaid)


def _issue(settings: Settings, folder: Path, asked: argparse.Namespace) -> int:
    if not 0 < asked.days <= CERTIFICATE_DAYS_MAX:
        raise Malformed(f"{asked.days} days", where="--days", cure=f"1 to {CERTIFICATE_DAYS_MAX}")
    asked.to.mkdir(parents=True, exist_ok=True)
    name = "".join(one if one.isalnum() or one in "-_" else "_" for one in asked.name)
    if asked.csr is not None:
        csr = _read(asked.csr)
        if len(csr) > CSR_BYTES_MAX:
            raise Malformed("no request for a certificate", where=str(asked.csr), cure="PKCS #10 in PEM")
    else:
        key, csr = new_request(asked.name)
        write_key(asked.to / f"{name}.key", key)
    try:
        said = DevicesAsked(act="issue", name=asked.name, csr=csr.decode("latin-1"), days=asked.days)
        issued = _answered(settings, folder, said)
        if issued.refusal is not None:
            raise Malformed(declined_by_door(issued.refusal).text.en, where=asked.name, cure="turnout devices list")
    except Malformed:
        if asked.csr is None:
            (asked.to / f"{name}.key").unlink()
        raise
    (asked.to / f"{name}.pem").write_text(issued.certificate, encoding="ascii")
    (asked.to / "ca.pem").write_text(issued.authority, encoding="ascii")
    print(f"{issued.id}  {asked.name}  {_day(issued.expires)}  {asked.to / name}.pem")
    return 0


def _list(settings: Settings, folder: Path) -> int:
    for one in _answered(settings, folder, DevicesAsked(act="list")).listed:
        until = f"revoked {_day(one.revoked)}" if one.revoked else f"until {_day(one.expires)}"
        print(f"{one.id}  {one.name}  since {_day(one.issued)}  {until}")
    return 0


def _revoke(settings: Settings, folder: Path, name: str) -> int:
    if _answered(settings, folder, DevicesAsked(act="revoke", name=name)).refusal is not None:
        raise Malformed("there is no such device, or it is revoked", where=name, cure="turnout devices list")
    return 0


def _revoke_all(settings: Settings, folder: Path) -> int:
    """Broken off, it goes on where it was when it is given again. Those that are issued meanwhile go too."""
    gone = 0
    while living := [one for one in _answered(settings, folder, DevicesAsked(act="list")).listed if not one.revoked]:
        said = [_answered(settings, folder, DevicesAsked(act="revoke", name=one.id)) for one in living]
        revoked = sum(one.refusal is None for one in said)
        if not revoked:
            raise Malformed(f"{len(living)} devices are not revoked", where="--all", cure="turnout devices list")
        gone += revoked
    print(f"{gone} revoked")
    return 0


def _renew(asked: argparse.Namespace) -> int:
    """Once, or until the program is ended. A server that is away is asked again the next time."""
    while True:
        try:
            said = _renewed(asked)
        except (httpx.HTTPError, OSError) as trouble:
            said = f"not renewed: {trouble}"
            if not asked.every:
                raise Malformed(
                    str(trouble), where=asked.server, cure="is the server there, the certificate good?"
                ) from trouble
        print(said, flush=True)
        if not asked.every:
            return 0
        time.sleep(asked.every * 3_600)


def _renewed(asked: argparse.Namespace) -> str:
    """Both are written whole, then the key takes its place, then the certificate."""
    _finish(asked.cert, asked.key)
    key, csr = new_request(asked.cert.stem)
    trust = ssl.create_default_context(cafile=asked.trust)
    trust.load_cert_chain(asked.cert, asked.key)
    with httpx.Client(verify=trust, timeout=ASK_S, trust_env=False) as client:
        answer = client.post(f"{asked.server}/api/v1/devices/renew", json={"csr": csr.decode()})
    if answer.status_code != RENEWED:
        code = answer.json().get("code", "") if "json" in answer.headers.get("content-type", "") else ""
        if code == EARLY:
            return "not yet: less than half of its time is over"
        raise Malformed(f"{answer.status_code} {code}", where=asked.server, cure="turnout devices list, on the server")
    new_cert, new_key = _new(asked.cert), _new(asked.key)
    write_key(new_key, key)
    new_cert.write_text(answer.json()["certificate"], encoding="ascii")
    os.replace(new_key, asked.key)
    os.replace(new_cert, asked.cert)
    return f"renewed until {_day(answer.json()['expires'])}"


def _new(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")


def _finish(cert: Path, key: Path) -> None:
    """What was left when the program or the machine was cut off: with the key in its place, the certificate follows."""
    if _new(key).exists():
        _new(key).unlink()
        _new(cert).unlink(missing_ok=True)
    elif _new(cert).exists():
        os.replace(_new(cert), cert)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as trouble:
        raise Malformed(
            f"cannot be read ({trouble.strerror})", where=str(path), cure="check name and rights"
        ) from trouble


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000, UTC).strftime("%Y-%m-%d")
