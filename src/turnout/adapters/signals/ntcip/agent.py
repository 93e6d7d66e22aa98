"""The simulated controller as an SNMP agent (v1 and v2c, RFC 1157 and 3416): objects of NTCIP 1202, requests of 1211.

Everything can be read; nothing can be set but what NTCIP 1211 asks. Whoever does not know the community gets no answer.
"""

import asyncio
import hmac
from typing import Any, Final, cast

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pysnmp.proto import api, rfc1902

from turnout.adapters.signals.ntcip import objects as o
from turnout.adapters.signals.ntcip import priority
from turnout.adapters.signals.ntcip.snmp_line import strategies_of
from turnout.adapters.signals.ntcip.tables import values_of
from turnout.signals.controller import PriorityState
from turnout.signals.model import SECOND_MS
from turnout.signals.simulated_controller import SimulatedController
from turnout.words.trouble import BadInput, Malformed, NotOurs

DATAGRAM_MAX: Final = 1_472
"""An Ethernet frame; NTCIP 2301 asks for 484."""
BINDINGS_MAX: Final = 64
"""Of one message; a reading needs 20."""
GET, GET_NEXT, SET, GET_BULK = "GetRequestPDU", "GetNextRequestPDU", "SetRequestPDU", "GetBulkRequestPDU"
TOO_BIG, NO_SUCH_NAME, BAD_VALUE, NOT_WRITABLE = 1, 2, 3, 17

STATUS_NUMBERS: Final[dict[tuple[PriorityState, str], int]] = {
    ("queued", ""): 2,
    ("processing", ""): 4,
    ("overridden", ""): 3,
    ("granted", ""): 14,
    ("cancelled", ""): 8,
    ("completed", ""): 13,
    ("refused", "no-answer"): 10,
    ("refused", "clock"): 11,
    ("refused", "fault"): 15,
    ("refused", "busy"): 9,
    ("refused", "too-early"): 10,
    ("refused", "unknown-group"): 12,
}


class PriorityDesk:
    """What NTCIP 1211 asks of the simulated controller, by object."""

    def __init__(self, controller: SimulatedController) -> None:
        self._controller = controller
        self._looked_at: priority.Who | None = None
        self._refused: dict[tuple[int, bytes], tuple[PriorityState, str]] = {}
        """Of the last few that were refused at once: the controller keeps no row of them."""

    def may_set(self, oid: o.Oid) -> bool:
        return oid[: len(o.PRIORITY)] == o.PRIORITY and oid != o.PRIORITY_STATUS_BUFFER

    def set(self, oid: o.Oid, content: bytes) -> None:
        """Raises `Malformed`."""
        if oid in (o.PRIORITY_REQUEST, o.PRIORITY_UPDATE):
            self._ask(priority.read_wanted(content))
        elif oid in (o.PRIORITY_CANCEL, o.PRIORITY_CLEAR):
            who = priority.read_who(content)
            self._controller.withdraw((who.number, who.vehicle))
        elif oid == o.PRIORITY_STATUS_CONTROL:
            self._looked_at = priority.read_who(content)
        else:
            raise Malformed("no object that can be set", ".".join(map(str, oid)))

    def status(self) -> bytes:
        """prgPriorityStatusBuffer: of the request that was named last."""
        if self._looked_at is None:
            return bytes(priority.WHO.size + 2)
        who = self._looked_at
        key = (who.number, who.vehicle)
        state = self._refused.get(key) or self._controller.state_of(key)
        return priority.write_status(who, STATUS_NUMBERS.get(state, 1))

    def _ask(self, wanted: priority.Wanted) -> None:
        key = (wanted.who.number, wanted.who.vehicle)
        strategies = strategies_of(self._controller.junction)
        groups = strategies[wanted.who.strategy - 1] if wanted.who.strategy <= len(strategies) else ()
        state = self._controller.ask(
            key, groups, wanted.who.level, wanted.green_in_s * SECOND_MS, wanted.leaves_in_s * SECOND_MS
        )
        self._refused.pop(key, None)
        if state[0] == "refused":
            self._refused[key] = state
            while len(self._refused) > BINDINGS_MAX:
                del self._refused[next(iter(self._refused))]


class Agent:
    """Answers one datagram at a time; keeps nothing between them but what NTCIP 1211 keeps."""

    def __init__(self, controller: SimulatedController, community: str) -> None:
        self._controller, self._community = controller, community.encode()
        self._desk = PriorityDesk(controller)

    def answer(self, datagram: bytes) -> bytes:
        """Raises `Malformed` for what is no SNMP, `NotOurs` for a community or version that is not ours."""
        message, module = self._message(datagram)
        request = module.apiMessage.get_pdu(message)
        kind = request.__class__.__name__
        if kind not in (GET, GET_NEXT, SET, GET_BULK):
            raise NotOurs(f"a {kind} to an agent")
        bindings = list(module.apiPDU.get_varbinds(request))
        response = module.apiMessage.get_response(message)
        pdu = module.apiMessage.get_pdu(response)
        answer = encoder.encode(response) if self._fill(module, kind, request, bindings, pdu) else b""
        if not answer or len(answer) > DATAGRAM_MAX:
            module.apiPDU.set_varbinds(pdu, [])
            module.apiPDU.set_error_status(pdu, TOO_BIG)
            answer = encoder.encode(response)
        return bytes(answer)

    def _message(self, datagram: bytes) -> tuple[Any, Any]:
        if len(datagram) > DATAGRAM_MAX:
            raise Malformed(f"{len(datagram)} bytes; up to {DATAGRAM_MAX} are taken", "SNMP")
        try:
            version = int(api.decodeMessageVersion(datagram))
            if version not in api.PROTOCOL_MODULES:
                raise NotOurs(f"SNMP version {version}", "SNMP", "speak v1 or v2c")
            module = api.PROTOCOL_MODULES[version]
            message, _ = decoder.decode(datagram, asn1Spec=module.Message())
            community = bytes(module.apiMessage.get_community(message))
        except (PyAsn1Error, ValueError, LookupError, TypeError, AttributeError, RecursionError) as trouble:
            raise Malformed("no message of SNMP v1 or v2c", "SNMP") from trouble
        if not hmac.compare_digest(community, self._community):
            raise NotOurs("another community", "SNMP")
        return message, module

    def _fill(self, module: Any, kind: str, request: Any, bindings: list[Any], pdu: Any) -> bool:
        """Whether the answer may be given; else it would be too big."""
        if len(bindings) > BINDINGS_MAX:
            return False
        is_first = module is api.PROTOCOL_MODULES[api.SNMP_VERSION_1]
        if kind == SET:
            error = self._set(bindings, is_first)
            module.apiPDU.set_varbinds(pdu, bindings)
            if error is not None:
                module.apiPDU.set_error_status(pdu, error[0])
                module.apiPDU.set_error_index(pdu, error[1])
            return True
        values = self._values()
        if kind == GET_BULK:
            rounds = min(int(module.apiBulkPDU.get_max_repetitions(request)), BINDINGS_MAX)
            once = max(0, int(module.apiBulkPDU.get_non_repeaters(request)))
            found = self._bulk(values, [_oid(name) for name, _ in bindings], once, rounds)
        elif kind == GET_NEXT:
            found = [self._next(values, _oid(name)) for name, _ in bindings]
        else:
            found = [(oid, values.get(oid)) for oid in (_oid(name) for name, _ in bindings)]
        if is_first and any(value is None for _, value in found):
            index = next(i for i, (_, value) in enumerate(found, 1) if value is None)
            module.apiPDU.set_varbinds(pdu, bindings)
            module.apiPDU.set_error_status(pdu, NO_SUCH_NAME)
            module.apiPDU.set_error_index(pdu, index)
            return True
        if len(found) > BINDINGS_MAX:
            return False
        nothing = None if is_first else module.NoSuchObject("") if kind == GET else module.EndOfMibView("")
        module.apiPDU.set_varbinds(pdu, [(oid, nothing if value is None else value) for oid, value in found])
        return True

    def _values(self) -> dict[o.Oid, Any]:
        values: dict[o.Oid, Any] = {
            oid: rfc1902.Counter32(value) if oid == o.GLOBAL_TIME else rfc1902.Integer32(value)
            for oid, value in values_of(self._controller).items()
        }
        values[o.PRIORITY_STATUS_BUFFER] = rfc1902.OctetString(self._desk.status())
        return dict(sorted(values.items()))

    def _next(self, values: dict[o.Oid, Any], oid: o.Oid) -> tuple[o.Oid, Any]:
        return next(((each, value) for each, value in values.items() if each > oid), (oid, None))

    def _bulk(self, values: dict[o.Oid, Any], oids: list[o.Oid], once: int, rounds: int) -> list[tuple[o.Oid, Any]]:
        """RFC 3416, 4.2.3; fewer than asked for are allowed."""
        found = [self._next(values, oid) for oid in oids[:once]]
        last = oids[once:]
        for _ in range(rounds if last else 0):
            step = [self._next(values, oid) for oid in last]
            if len(found) + len(step) > BINDINGS_MAX:
                break
            found += step
            last = [oid for oid, _ in step]
            if all(value is None for _, value in step):
                break
        return found

    def _set(self, bindings: list[Any], is_first: bool) -> tuple[int, int] | None:
        """All or none; error status and index of the first that cannot be set."""
        for index, (name, value) in enumerate(bindings, 1):
            if not self._desk.may_set(_oid(name)):
                return NO_SUCH_NAME if is_first else NOT_WRITABLE, index
            if not isinstance(value, rfc1902.OctetString) and "OctetString" not in value.__class__.__name__:
                return BAD_VALUE, index
        for index, (name, value) in enumerate(bindings, 1):
            try:
                self._desk.set(_oid(name), bytes(value))
            except BadInput:
                return BAD_VALUE, index
        return None


def _oid(name: Any) -> o.Oid:
    return tuple(int(part) for part in name)


class AgentProtocol(asyncio.DatagramProtocol):
    """Datagrams that are no request of ours are dropped and counted."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._transport: asyncio.DatagramTransport | None = None
        self.dropped = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        try:
            answer = self._agent.answer(data)
        except BadInput:
            self.dropped += 1
            return
        if self._transport is not None:
            self._transport.sendto(answer, addr)
