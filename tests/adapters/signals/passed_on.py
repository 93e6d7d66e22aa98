"""A controller's objects behind net-snmp's own agent (`pass_persist`): snmpd speaks SNMP, this has the values.

Arguments: a file of values (JSON: object, type, value), and a file to which everything that is set is appended.
"""

import json
import sys
from pathlib import Path

STATUS = ".1.3.6.1.4.1.1206.4.2.11.2.4.0"
CONTROL = ".1.3.6.1.4.1.1206.4.2.11.2.3.0"


def line() -> str:
    read = sys.stdin.readline()
    if not read:
        sys.exit(0)
    return read.strip()


def say(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)


def key(oid: str) -> list[int]:
    return [int(part) for part in oid.strip(".").split(".")]


def main() -> None:
    values = {oid: (kind, value) for oid, kind, value in json.loads(Path(sys.argv[1]).read_text())}
    while True:
        match line():
            case "PING":
                say("PONG")
            case "get":
                oid = line()
                say(*((oid, *values[oid]) if oid in values else ("NONE",)))
            case "getnext":
                oid = line()
                later = sorted((each for each in values if key(each) > key(oid)), key=key)
                say(*((later[0], *values[later[0]]) if later else ("NONE",)))
            case "set":
                oid, what = line(), line()
                with Path(sys.argv[2]).open("a") as file:
                    file.write(json.dumps([oid, what]) + "\n")
                if oid == CONTROL:
                    octets = what.split('"')[1].strip()
                    values[STATUS] = ("octet", f"{octets} 04 00")
                say("DONE")


main()
