"""Verbs about the city: hospitals, hydrants and streets. Street closures with an extent are drawn on the map."""

from turnout.core.tables.commands import CloseRoad, OpenRoad, SetHospital, SetHydrant
from turnout.line.grammar import Values
from turnout.line.trouble import CannotRead
from turnout.line.verbs import Made, Making, Verb, pattern, slot, word
from turnout.words.name import Name
from turnout.words.place import Place

CLOSED_RADIUS_M = 25.0
"""A closure by a crossing's name takes the crossing itself and the mouths of its streets."""


def _close_street(values: Values, making: Making) -> Made:
    location = making.locate(values["place"])
    if not isinstance(location.place, Place):
        raise CannotRead(
            "not-on-the-map",
            Name("a forced place is on no map: name a crossing or an address", "强制地点不在地图上，请写路口或门牌"),
        )
    command = CloseRoad(
        closure_id=making.new_id(),
        line=(location.place,),
        radius_m=CLOSED_RADIUS_M,
        reason=making.note or location.text,
    )
    return Made((command,))


def _open_street(values: Values, making: Making) -> Made:
    wanted = values["text"].casefold()
    found = [each for each in making.board.closures.values() if wanted in each.reason.casefold() or each.id == wanted]
    if len(found) != 1:
        said = Name(
            f"{len(found)} closures are called that: use words of its reason, or the map",
            f"有 {len(found)} 处封路符合，请用封路原因中的文字，或在地图上操作",
        )
        raise CannotRead("which-closure", said)
    return Made((OpenRoad(closure_id=found[0].id),))


def _hospital(values: Values, making: Making) -> Made:
    """One of the two is told; the other stays as it was last told."""
    state = making.board.hospitals.get(values["hospital"])
    beds, diversion = (state.beds, state.diversion) if state else (None, False)
    if values["way"] == "beds":
        beds = values["beds"]
    else:
        diversion = values["way"] == "divert"
    note = making.note or (state.note if state else "")
    return Made((SetHospital(hospital=values["hospital"], diversion=diversion, beds=beds, note=note),))


def _hydrant(values: Values, making: Making) -> Made:
    return Made((SetHydrant(hydrant=values["hydrant"], out_of_service=values["way"] == "out", note=making.note),))


VERBS = (
    Verb(
        "close-street",
        ("cs", "closestreet", "封路", "fl"),
        Name("Close a crossing or block", "封闭道路"),
        "CS 16TH/MISSION; fire hoses",
        (pattern("place"),),
        _close_street,
        Name("Close the street at {place}", "封闭 {place} 道路"),
    ),
    Verb(
        "open-street",
        ("os", "openstreet", "解封", "jf"),
        Name("Open a closed street again", "解除封路"),
        "OS hoses",
        (pattern("text"),),
        _open_street,
        Name("Open the street: {text}", "解除封路：{text}"),
    ),
    Verb(
        "hospital",
        ("hd", "hospital", "医院", "yy"),
        Name("Hospital on diversion, or open; its free beds", "医院分流、恢复、空床数"),
        "HD ZSFG DIVERT",
        (
            (slot("hospital"), word("way", "divert", "分流")),
            (slot("hospital"), word("way", "open", "恢复")),
            (slot("hospital"), word("way", "beds", "床位", "cw"), slot("beds")),
        ),
        _hospital,
        Name("{hospital}: {way} {beds}", "{hospital}：{way} {beds}"),
    ),
    Verb(
        "hydrant",
        ("hy", "hydrant", "消火栓", "xhs"),
        Name("A hydrant out of service, or back in", "消火栓停用、恢复"),
        "HY OUT H0417; frozen",
        (
            (word("way", "out", "停用", "ty"), slot("text:hydrant")),
            (word("way", "in", "恢复", "hf"), slot("text:hydrant")),
        ),
        _hydrant,
        Name("Hydrant {hydrant}: {way}", "消火栓 {hydrant}：{way}"),
    ),
)
