"""What Wireshark makes of our messages: its dissector is from another compiler (asn2wrs) and other hands.

It reads them behind the ITS header of ETSI TS 103 301 (six bytes); the message itself is bit for bit that of J2735.
"""

import asyncio
import shutil
import struct
from pathlib import Path
from typing import Final

from tests.adapters.signals.controllers import a_request
from tests.adapters.signals.published import MAP, SPATS, SRM, SSM
from tests.adapters.signals.test_j2735 import HERE, UTC_MS
from turnout.adapters.signals.j2735.frame import Kind, read, write
from turnout.adapters.signals.j2735.messages import map_of, spat_of, srm_of, ssm_of
from turnout.signals.controller import PriorityStatus
from turnout.signals.guard import Aspect

TSHARK_S: Final = 60
USER_0: Final = 147
ETSI: Final[dict[Kind, int]] = {"spat": 4, "map": 5, "srm": 9, "ssm": 10}
"""messageID in the ITS header, version 2."""
FIELDS: Final = (
    "its.messageID",
    "dsrc.id",
    "dsrc.signalGroup",
    "dsrc.eventState",
    "dsrc.minEndTime",
    "dsrc.laneID",
    "dsrc.requestID",
    "dsrc.stationID",
    "dsrc.lane",
    "dsrc.role",
    "dsrc.signalStatusPackage.status",
    "_ws.malformed",
    "_ws.expert.message",
)


def packet(frame: bytes) -> bytes:
    start = 3 if frame[2] < 0x80 else 4
    content = struct.pack(">BBI", 2, ETSI[read(frame).kind], 1) + frame[start:]
    return struct.pack("<IIII", 0, 0, len(content), len(content)) + content


async def dissected(folder: Path, frames: list[bytes]) -> list[dict[str, str]]:
    program = shutil.which("tshark")
    assert program is not None, "scripts/test installs it (tshark)"
    file = folder / "messages.pcap"
    file.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, USER_0) + b"".join(map(packet, frames)))
    process = await asyncio.create_subprocess_exec(
        *(program, "-r", str(file), "-o", 'uat:user_dlts:"User 0 (DLT=147)","its","0","","0",""', "-T", "fields"),
        *(word for field in FIELDS for word in ("-e", field)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
    )
    out, _ = await asyncio.wait_for(process.communicate(), TSHARK_S)
    rows = [line.split("\t") for line in out.decode().splitlines()]
    assert len(rows) == len(frames)
    return [dict(zip(FIELDS, row, strict=True)) for row in rows]


async def test_wireshark_reads_our_messages_as_we_meant_them(tmp_path: Path) -> None:
    aspects = {"K1": Aspect.GREEN, "K2": Aspect.RED, "K3": Aspect.ENDING}
    request = a_request("K2", id="v4711.9")
    ours = [
        write(map_of(HERE)),
        write(spat_of(HERE, aspects, UTC_MS, {"K1": 12_000})),
        write(srm_of(request, HERE, "fire", UTC_MS, 3)),
        write(ssm_of(HERE, [(request, PriorityStatus(id=request.id, state="granted"))], UTC_MS, 3)),
    ]
    published = [bytes.fromhex(each) for each in (MAP, *SPATS, SRM, SSM)]
    rows = await dissected(tmp_path, [*ours, *published])
    assert [(row["_ws.malformed"], row["_ws.expert.message"]) for row in rows] == [("", "")] * len(rows)
    a_map, a_spat, an_srm, an_ssm = rows[: len(ours)]
    assert a_map["dsrc.laneID"] == ",".join(map(str, range(1, 11)))
    assert a_map["dsrc.signalGroup"] == "1,2,2,1,1,2,3,2,3"
    assert a_spat["dsrc.signalGroup"] == "1,2,3"
    assert a_spat["dsrc.eventState"] == "5,3,8"
    assert a_spat["dsrc.minEndTime"] == str((UTC_MS + 12_000) // 100 % 36_000)
    assert {row["dsrc.id"].split(",")[0] for row in (a_map, a_spat, an_srm, an_ssm)} == {"9709"}
    assert (an_srm["dsrc.requestID"], an_srm["dsrc.stationID"], an_srm["dsrc.role"]) == ("9", "4711", "13")
    assert (an_ssm["dsrc.stationID"], an_ssm["dsrc.lane"], an_ssm["dsrc.signalStatusPackage.status"]) == (
        "4711",
        "2",
        "4",
    )
