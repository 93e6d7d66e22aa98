"""What a recommendation's reasons say, in both languages. A house test holds that every code in use is here."""

from collections.abc import Mapping
from typing import Final

from turnout.core.catalogue import Catalogue
from turnout.recommend.proposal import Reason
from turnout.recommend.swap import Swap
from turnout.words.name import Language, Name

SAID: Final[dict[str, Name]] = {
    "soonest": Name("soonest by road: no. {rank} for {capability}", "按路程最快：{capability} 第 {rank} 位"),
    "in-quarters": Name("in quarters at {station}", "在 {station} 待命"),
    "on-the-road": Name("on the road, seen just now", "在途，位置为实时"),
    "fix-is-old": Name("place is {age_s} old", "位置是 {age_s} 前的"),
    "assumed-at-station": Name("not seen lately: reckoned from {station}", "近期无位置，按从 {station} 出发计算"),
    "by-rotation": Name("its turn: no. {turn} in rotation", "轮值第 {turn} 位"),
    "empties-station": Name(
        "leaves {station} without enough {capability}", "出动后 {station} 的 {capability} 力量不足"
    ),
    "held-for-coverage": Name("held back to cover {station}; {unit} goes", "留守 {station}，改派 {unit}"),
    "rested-less": Name("about as soon as {unit}, which has rested longer", "与 {unit} 相差无几，{unit} 休整更久"),
    "still-resting": Name("resting after its last incident: {left_min} min left", "任务后休整中，还需 {left_min} 分钟"),
    "rest-cut-short": Name("its rest is cut short by {left_min} min", "休整未满，还差 {left_min} 分钟"),
    "excluded-by-hand": Name("left out by the dispatcher", "调度员排除"),
    "not-staffed": Name("not staffed", "无人值守"),
    "other-agency": Name("belongs to {agency}", "属于 {agency}"),
    "mutual-aid-not-in-plan": Name(
        "{agency} is a neighbour; the plan does not ask for it", "{agency} 为邻区力量，预案未要求"
    ),
    "out-of-service": Name("out of service: {reason}", "停用：{reason}"),
    "crew-is-on": Name("its crew is on {unit}", "人员在 {unit} 上"),
    "in-duress": Name("its emergency button is on", "紧急按钮已触发"),
    "on-incident": Name("on {incident}, priority {priority}", "正在处置 {incident}（{priority} 级）"),
    "could-be-preempted": Name(
        "on its way to {incident}, priority {priority}: could be pre-empted",
        "正赶往 {incident}（{priority} 级），可抢派",
    ),
    "on-this-incident": Name("already on this incident", "已在本警情"),
    "crew-too-small": Name("crew of {crew}, needs {needed}", "在车 {crew} 人，需 {needed} 人"),
    "no-way-by-road": Name("no way there by road just now", "目前无路可达"),
    "too-far": Name("farther than the plan allows ({limit_s})", "超出预案允许的行程（{limit_s}）"),
    "no-plan-fits": Name("no response plan fits {type}: choose by hand", "没有适用于 {type} 的预案，请人工选择"),
    "plan-is-met": Name("what the plan calls for is already on it", "预案所需力量均已派出"),
    "place-off-the-roads": Name(
        "{distance_m} m from the nearest road that is known: times are to that road",
        "距已知最近道路 {distance_m} 米，时间只算到该道路",
    ),
    "place-not-on-the-roads": Name(
        "the place is not on the map's roads: times unknown, choose by hand", "地点不在路网上，无法计算时间，请人工选择"
    ),
}


def speak(reason: Reason, language: Language, catalogue: Catalogue | None = None) -> str:
    """The reason as a person reads it: names of the city's tables for codes, minutes and seconds for seconds."""
    known = {} if catalogue is None else _names(catalogue)
    fields: dict[str, object] = {}
    for key, value in reason.fields.items():
        name = known.get(key, {}).get(str(value))
        if name is not None:
            fields[key] = name.spoken(language)
        elif key.endswith("_s"):
            minutes, seconds = divmod(int(value), 60)
            fields[key] = f"{minutes}:{seconds:02}"
        else:
            fields[key] = value
    return SAID[reason.code].spoken(language).format_map(fields)


def _names(catalogue: Catalogue) -> dict[str, Mapping[str, Name]]:
    """What the codes in a reason's fields are called, by field."""
    return {
        "capability": catalogue.capabilities,
        "station": {key: station.name for key, station in catalogue.stations.items()},
        "agency": {key: agency.name for key, agency in catalogue.agencies.items()},
        "type": {code: kind.name for code, kind in catalogue.types.items()},
        "reason": {code: reason.name for code, reason in catalogue.reasons.items()},
    }


SWAPPED: Final = Name(
    "{by} would be there {minutes} min sooner than {unit} ({stage.en})",
    "{by} 可比 {unit}（{stage.zh}）早到 {minutes} 分钟",
)
STAGES_SAID: Final[dict[str, Name]] = {
    "dispatched": Name("dispatched", "已派遣"),
    "acknowledged": Name("acknowledged", "已签收"),
    "enroute": Name("en route", "在途"),
}


def say_swap(swap: Swap) -> Name:
    """Who would be there sooner than whom."""
    facts = {"by": swap.by, "unit": swap.unit, "minutes": round(swap.gain_s / 60), "stage": STAGES_SAID[swap.stage]}
    return Name(SWAPPED.en.format(**facts), SWAPPED.zh.format(**facts))
