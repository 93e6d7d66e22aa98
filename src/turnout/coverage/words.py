"""What is said of coverage, in both languages."""

from turnout.core.catalogue import Catalogue
from turnout.coverage.picture import Gap, Move, StandardCover
from turnout.words.identity import StationId
from turnout.words.name import Name


def per_cent(share: float) -> str:
    """`94.1 %`."""
    return f"{100 * share:.1f}%"


def minutes(seconds: float) -> str:
    """`4` or `7.5`."""
    return f"{seconds / 60:.1f}".removesuffix(".0")


def say_standard(cover: StandardCover) -> Name:
    """How much of the demand is within the standard, and how much usually is."""
    of_what = Name("of the demand", "的需求") if cover.weighted_by == "demand" else Name("of the city", "的区域")
    limit = minutes(cover.travel_s)
    return Name(
        f"{cover.name.en}: {per_cent(cover.now)} {of_what.en} within {limit} min; "
        f"{per_cent(cover.usual)} with every crew at its station",
        f"{cover.name.zh}：{limit} 分钟内可达 {per_cent(cover.now)} {of_what.zh}，全部在站时为 {per_cent(cover.usual)}",
    )


def say_gap(gap: Gap, catalogue: Catalogue) -> Name:
    """Whose area is not reached any more."""
    station, standard = _station(gap.station, catalogue), _standard(gap.standard, catalogue)
    back = gap.lost_soon < gap.lost / 2
    return Name(
        f"{station.en}: {per_cent(gap.within)} of its area within “{standard.en}”, {per_cent(gap.lost)} of the whole "
        "demand lost" + ("; crews on their way will mend it" if back else ""),
        f"{station.zh}：辖区 {per_cent(gap.within)} 达到“{standard.zh}”标准，全市缺口 {per_cent(gap.lost)}"
        + ("，在途力量到位后可恢复" if back else ""),
    )


def say_move(move: Move, catalogue: Catalogue) -> Name:
    """Who to where, what it is worth, and what it costs."""
    station, standard = _station(move.station, catalogue), _standard(move.standard, catalogue)
    opens = Name("", "")
    if move.opens is not None:
        left = _station(move.opens, catalogue)
        opens = Name(f"; {left.en} loses {per_cent(move.opens_by)}", f"，{left.zh}辖区将减少 {per_cent(move.opens_by)}")
    drive = minutes(max(60, round(move.drive_s / 60) * 60))
    return Name(
        f"{move.unit} to {station.en}, {drive} min: {standard.en} {per_cent(move.before)} → {per_cent(move.after)}, "
        f"usually {per_cent(move.usual)}{opens.en}",
        f"{move.unit} 调往{station.zh}，行车约 {drive} 分钟：{standard.zh} {per_cent(move.before)} → "
        f"{per_cent(move.after)}，平时 {per_cent(move.usual)}{opens.zh}",
    )


def _station(id: StationId, catalogue: Catalogue) -> Name:
    known = catalogue.stations.get(id)
    return Name(id, id) if known is None else known.name


def _standard(id: str, catalogue: Catalogue) -> Name:
    return next((each.name for each in catalogue.coverage if each.id == id), Name(id, id))
