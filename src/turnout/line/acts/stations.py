"""Verbs about stations: warn the first-due one early, alert one again, telephone it (2.5, 3.11, 3.12)."""

from turnout.core.incidents.commands import OpenIncident, PreAlert, WithdrawPreAlert
from turnout.core.units.commands import SendAlert
from turnout.line.grammar import Values
from turnout.line.verbs import Made, Making, Verb, pattern, slot, word
from turnout.words.identity import StationId
from turnout.words.name import Name

TO_FIRST_DUE = Name("the first-due station", "首到站点")


def _warn(values: Values, making: Making) -> Made:
    """Of a place and a type: opened and warned in one line, while the caller still speaks."""
    station = values.get("station")
    if "type" not in values:
        to = (station,) if station else ()
        return Made((PreAlert(incident_id=values["incident"], to=to),), also=_named(making, station))
    id = making.new_id()
    opened = OpenIncident(
        incident_id=id, type=values["type"], location=making.locate(values["place"]), narrative=making.note
    )
    return Made((opened, PreAlert(incident_id=id)), also=TO_FIRST_DUE)


def _named(making: Making, station: str | None) -> Name:
    tables = making.board.catalogue
    entry = tables.stations.get(StationId(station)) if tables is not None and station else None
    return entry.name if entry is not None else TO_FIRST_DUE


def _alert(values: Values, making: Making) -> Made:
    command = SendAlert(
        incident_id=values["incident"],
        station=values["station"],
        alert_id=making.new_id(),
        channel="voice" if values.get("way") == "call" else "",
        to=making.note,
    )
    return Made((command,), also=Name("by telephone", "电话通知") if command.channel else Name("", ""))


VERBS = (
    Verb(
        "pre-alert",
        ("pa", "prealert", "预警", "yjtz"),
        Name("Warn the first-due station before anybody is sent", "出动前预警首到站点"),
        "PA 935 FOLSOM ST STRUCTURE FIRE",
        (
            pattern("incident station"),
            pattern("incident"),
            pattern("place type"),
        ),
        _warn,
        Name("Early warning: {incident}{place} {type}", "出动预警：{incident}{place} {type}"),
    ),
    Verb(
        "withdraw-warning",
        ("pw", "withdraw", "撤预警", "cyj"),
        Name("Withdraw the warning of the stations", "撤销站点预警"),
        "PW F12",
        (pattern("incident"),),
        lambda v, m: Made((WithdrawPreAlert(incident_id=v["incident"], reason=m.note),)),
        Name("Withdraw the warning for {incident}", "撤销 {incident} 的预警"),
    ),
    Verb(
        "alert",
        ("al", "alert", "通知", "tz"),
        Name("Alert a station again; CALL: by telephone", "再次通知站点；CALL 为电话通知"),
        "AL F12 ST01 CALL",
        ((slot("incident"), slot("station"), word("way", "call", "电话", "dh")), pattern("incident station")),
        _alert,
        Name("Alert {station} again for {incident}", "为 {incident} 再次通知 {station}"),
    ),
)
