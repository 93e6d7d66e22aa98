"""Verbs about signals: green ahead of a unit on its way (15.4)."""

from turnout.core.corridors.commands import CancelCorridor, OpenCorridor
from turnout.line.grammar import Values
from turnout.line.trouble import CannotRead
from turnout.line.verbs import Made, Making, Verb, slot, word
from turnout.words.name import Name


def _corridor(values: Values, making: Making) -> Made:
    unit = values["unit"]
    if values.get("way") != "off":
        opened = OpenCorridor(corridor_id=making.new_id(), unit=unit)
        return Made((opened,), also=Name("green ahead of it", "前方绿灯"))
    running = [one for one in making.board.corridors.values() if one.unit == unit and one.cancelled is None]
    if not running:
        raise CannotRead("no-corridor", Name(f"{unit} has no corridor", f"{unit} 没有绿色通道"))
    cancelled = tuple(CancelCorridor(corridor_id=one.id, reason=making.note) for one in running)
    return Made(cancelled, also=Name("cancel it", "取消"))


VERBS = (
    Verb(
        "corridor",
        ("gc", "corridor", "绿道", "ld"),
        Name("Green corridor for a unit on its way; OFF: cancel it", "为途中单元开绿色通道；OFF 为取消"),
        "GC E07",
        ((slot("unit"), word("way", "off", "取消", "qx")), (slot("unit"),)),
        _corridor,
        Name("Green corridor of {unit}", "{unit} 的绿色通道"),
    ),
)
