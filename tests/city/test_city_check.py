"""One broken folder per rule: what is broken, and where the check says so."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import turnout.city
from turnout.city import sheets
from turnout.city.check import check_city
from turnout.city.folder import load_city
from turnout.city.problem import BrokenFolder, Problem
from turnout.roads.graph import RoadGraph
from turnout.words.trouble import Malformed

FLAT_TRIANGLE = '{"type":"Polygon","coordinates":[[[9.0,47.0],[9.01,47.01],[9.0,47.01],[9.01,47.0],[9.0,47.0]]]}'
FAR_SQUARE = '{"type":"Polygon","coordinates":[[[47.0,9.0],[47.01,9.0],[47.01,9.01],[47.0,9.01],[47.0,9.0]]]}'


@dataclass(frozen=True)
class Break:
    """`old` becomes `new` in `file`; then `rule` must be told of `told_in`, on the line where `line_of` stands."""

    rule: str
    file: str
    old: str
    new: str
    line_of: str = ""
    """A part of the line that must be named, after the break; empty: any line of the file."""
    severity: str = "error"
    told_in: str = ""


def break_file(folder: Path, broken: Break) -> None:
    path = folder / broken.file
    text = path.read_text(encoding="utf-8")
    assert broken.old in text, f"{broken.old!r} is not in {broken.file}: the case breaks nothing"
    path.write_text(text.replace(broken.old, broken.new, 1), encoding="utf-8")


def line_of(folder: Path, broken: Break) -> int:
    lines = (folder / (broken.told_in or broken.file)).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if broken.line_of in line)


def headers_before(folder: Path, broken: Break, line: int) -> list[int]:
    """A TOML table is told by the line of its header."""
    lines = (folder / (broken.told_in or broken.file)).read_text(encoding="utf-8").splitlines()
    return [number for number in range(line, 0, -1) if lines[number - 1].startswith("[[")][:1]


PLAN = (
    '[[plan]]\nid = "odd"\nname = { en = "Odd", zh = "怪" }\nagency = "FIRE"\ntypes = ["SF"]\nlevels.1 = ["1 engine"]\n'
)

TOO_MANY = "".join(f"n{number},fire,engine,240,Engine,水罐车\n" for number in range(13))

WRONG_AGENCY = '"agencies":{"ems":"FIRE"},'

BREAKS = [
    Break("csv-syntax", "units.csv", "E01,engine", '"E01"x,engine', '"E01"x'),
    Break("csv-header", "units.csv", "id,kind,agency", "id,sort,agency", "id,sort"),
    Break("csv-width", "units.csv", "E01,engine,FIRE", "E01,engine", "E01,engine"),
    Break("toml-syntax", "agencies.toml", 'id = "EMS"', "id = EMS", "id = EMS"),
    Break("toml-unknown", "groups.toml", "[[group]]\nid = \"ems\"", "[[gruop]]\nid = \"ems\"", "[[gruop]]"),
    Break("geojson-syntax", "zones.geojson", '"geometry":{', '"geometry":', "FD-FS1"),
    Break("geojson-shape", "zones.geojson", '"features":', '"zones":', '"zones":'),
    Break("geojson-feature", "zones.geojson", '"properties":{"id":"FD-FS2"', '"about":{"id":"FD-FS2"', "FD-FS2"),
    Break("unknown-field", "types.toml", "priority = 1", "prioritty = 1", "[[type]]"),
    Break("wrong-field", "stations.csv", "47.005000,9.008200", "north,9.008200", "north"),
    Break("bad-coverage-time", "coverage.csv", "engine,240", "engine,0", "engine,0"),
    Break("coverage-without-units", "coverage.csv", "fire,engine", "fire,fireboat", "fire,fireboat", "warning"),
    Break("unknown-capability", "coverage.csv", "fire,engine", "fire,engin", "fire,engin"),
    Break("too-many-coverage-standards", "coverage.csv", "engine,fire", TOO_MANY + "engine,fire", "n12,fire"),
    Break("bad-lock", "city.toml", "time_zone", "lock_min = -1\ntime_zone"),
    Break("bad-lock", "city.toml", "time_zone", "lock_min = 481\ntime_zone"),
    Break("bad-arming", "city.toml", "time_zone", "signals_armed_h = 0\ntime_zone"),
    Break("bad-arming", "city.toml", "time_zone", "signals_armed_h = 25\ntime_zone"),
    Break("bad-swap-gain", "city.toml", "time_zone", "swap_gain_s = 5\ntime_zone"),
    Break("agency-of-another-discipline", "zones.geojson", '"id":"FD-FS2"', WRONG_AGENCY + '"id":"FD-FS2"', "FD-FS2"),
    Break("unknown-station", "zones.geojson", '"id":"FD-FS2"', '"stations":{"ems":"FS9"},"id":"FD-FS2"', "FD-FS2"),
    Break("bad-rest", "agencies.toml", 'id = "EMS"', 'rest_s = -60\nid = "EMS"', 'rest_s = -60'),
    Break("info-front", "info/gas.md", 'short = "GAS"', "", ""),
    Break("plan-levels", "plans.toml", 'levels.1 = ["1 truck"]', 'levels.first = ["1 truck"]', 'id = "lift"'),
    Break("plan-need", "plans.toml", '"3 engine attack"', '"three engines"', "[[plan]]"),
    Break("plan-hours", "plans.toml", 'from = "07:00"', 'from = "7 am"', ""),
    Break("bad-identity", "units.csv", "E01,", "ENGINE-THAT-IS-CALLED-LIKE-NO-OTHER-ENGINE-IS,", "LIKE-NO-OTHER"),
    Break("duplicate-identity", "units.csv", "E02,", "E01,", "E01,engine,FIRE,FS2"),
    Break("unknown-time-zone", "city.toml", "Europe/Vaduz", "Europe/Vaduzz"),
    Break("unknown-agency", "stations.csv", "FS2,FIRE", "FS2,FIER", "FIER"),
    Break("type-without-agency", "types.toml", 'agencies = ["FIRE", "EMS", "POL"]', "agencies = []", "[[type]]"),
    Break("bad-priority", "types.toml", "priority = 1", "priority = 9", "[[type]]"),
    Break("unknown-station", "units.csv", "T01,truck,FIRE,FS1", "T01,truck,FIRE,FS9", "FS9"),
    Break("unknown-station", "zones.geojson", '"station":"PS1"', '"station":"PS9"', "PS9"),
    Break("unknown-unit-kind", "units.csv", "T01,truck", "T01,trukc", "trukc"),
    Break("unknown-unit", "units.csv", "E01,engine,FIRE,FS1,,", "E01,engine,FIRE,FS1,,E77", "E77"),
    Break("unknown-capability", "units.csv", "battalion-chief", "batalion-chief", "batalion"),
    Break("unknown-capability", "plans.toml", '"1 truck ventilation"', '"1 ladder ventilation"', "[[plan]]"),
    Break("unknown-type", "plans.toml", '"SF", "HRF"', '"SFF", "HRF"', "[[plan]]"),
    Break("unknown-zone", "plans.toml", 'types = ["SF", "HRF"]', 'types = ["SF", "HRF"]\nzones = ["FD-X"]', "[[plan]]"),
    Break("unknown-group", "zones.geojson", '"station":"PS1"', '"station":"PS1","group":"nobody"', "nobody"),
    Break("unknown-stage", "statuses.csv", "DSP,dispatched", "DSP,sent", "DSP,sent"),
    Break("unknown-question", "types.toml", 'next = "what"', 'next = "when"', "[[type]]"),
    Break("type-without-plan", "plans.toml", '["TRD"]', '["POT"]', 'code = "TRD"', told_in="types.toml"),
    Break("plan-out-of-reach", "units.csv", ",YD1,tree-crew", ",YD1,", 'id = "trees"', told_in="plans.toml"),
    Break("plan-levels", "plans.toml", "levels.2 = ", "levels.7 = ", "[[plan]]"),
    Break("plans-tie", "plans.toml", "[[plan]]", PLAN + "[[plan]]", 'id = "structure-fire"', "warning"),
    Break("stage-without-status", "statuses.csv", "ENR,enroute,", "ENR,staged,"),
    Break("agency-without-disposition", "dispositions.csv", "HAN,Handled,已处理,POL SVC", "HAN,Handled,已处理,POL"),
    Break("agency-without-group", "groups.toml", 'agencies = ["SVC"]', "agencies = []"),
    Break("reason-kind-missing", "reasons.csv", ",strike,", ",late,"),
    Break("bad-standard", "standards.csv", "callback,,0,300", "callback,,0,0", "callback,,0,0"),
    Break("standard-missing", "standards.csv", "acknowledge,,0,30", "acknowledge,,1,30", severity="warning"),
    Break("right-without-role", "roles.toml", '"tables", "read"]', '"read"]'),
    Break("unit-of-other-discipline", "units.csv", "P01,patrol,POL", "P01,patrol,FIRE", "P01", "warning"),
    Break("crew-shared-one-way", "units.csv", "E01,engine,FIRE,FS1,,", "E01,engine,FIRE,FS1,,T01", "E01"),
    Break("name-missing", "hospitals.csv", "H1,Mercy Hospital,Mercy Hospital", "H1,Mercy Hospital,", "H1", "warning"),
    Break("word-collision", "types.toml", 'aliases = ["CARFIRE"', 'aliases = ["STR"', ""),
    Break("initials-collision", "types.toml", "室外火灾", "车轮火灾", "车轮火灾", "warning"),
    Break("not-on-earth", "stations.csv", "47.005000,9.008200", "470.05000,9.008200", "470.05"),
    Break("outside-the-city", "stations.csv", "47.005000,9.008200", "9.008200,47.005000", "9.008200,47.0"),
    Break("outside-the-city", "hospitals.csv", "47.007000,9.006200", "47.107000,9.006200", "47.107", "warning"),
    Break("unreachable", "stations.csv", "47.005000,9.008200", "46.996800,9.012400", "46.9968"),
]  # fmt: skip


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: f"{broken.rule}-in-{broken.file}")
def test_a_broken_folder_is_told_with_file_line_and_cure(small_city: Path, broken: Break) -> None:
    assert broken.rule not in rules_of(check_city(small_city), broken.severity), "the unbroken folder has it too"
    prepare(small_city, broken)
    break_file(small_city, broken)

    told = [each for each in check_city(small_city) if each.rule == broken.rule and each.severity == broken.severity]

    assert told, f"{broken.rule} was not told"
    assert told[0].spot.file == (broken.told_in or broken.file)
    if broken.line_of:
        at = line_of(small_city, broken)
        lines = {each.spot.line for each in told}
        assert {at, *headers_before(small_city, broken, at)} & lines
    for each in told:
        assert each.what.en
        assert each.what.zh
        assert each.cure.en
        assert each.cure.zh


def rules_of(problems: tuple[Problem, ...], severity: str) -> set[str]:
    return {problem.rule for problem in problems if problem.severity == severity}


def prepare(folder: Path, broken: Break) -> None:
    """Some rules want every line of a kind to go, not only one."""
    drop = {
        "agency-without-disposition": ("dispositions.csv", r"^.*,(SVC|),[^,]*$"),
        "reason-kind-missing": ("reasons.csv", r"^(?!typing-error).*,strike,.*$"),
    }.get(broken.rule)
    if drop:
        path = folder / drop[0]
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join(line for line in lines if not re.match(drop[1], line)) + "\n", encoding="utf-8")
    if broken.rule == "right-without-role":
        path = folder / "roles.toml"
        path.write_text(path.read_text(encoding="utf-8").replace('"field", "tables"', '"field"'), encoding="utf-8")


def broken_by(folder: Path, act: Callable[[Path], object]) -> dict[str, Problem]:
    act(folder)
    return {problem.rule: problem for problem in check_city(folder)}


def test_a_table_that_is_no_list_is_told_with_its_line(small_city: Path) -> None:
    told = broken_by(small_city, lambda folder: (folder / "roles.toml").write_text("# roles\n[role]\ncode = 'x'\n"))
    assert told["toml-shape"].spot.line == 2


def test_a_missing_file_is_told_by_its_name(small_city: Path) -> None:
    told = broken_by(small_city, lambda folder: (folder / "units.csv").unlink())
    assert told["file-missing"].spot.file == "units.csv"


def test_a_file_in_another_encoding_is_told_with_its_line(small_city: Path) -> None:
    told = broken_by(small_city, lambda folder: (folder / "units.csv").write_bytes("id\n消防".encode("gb18030")))
    assert told["not-utf8"].spot.line == 2


def test_a_file_that_would_fill_the_memory_is_not_read(small_city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "FILE_BYTES_MAX", 100)
    assert "file-too-large" in {problem.rule for problem in check_city(small_city)}


def test_a_boundary_without_an_outline_is_told(small_city: Path) -> None:
    empty = '{"type":"FeatureCollection","features":[]}'
    told = broken_by(small_city, lambda folder: (folder / "boundary.geojson").write_text(empty))
    assert told["boundary-empty"].spot.file == "boundary.geojson"


def test_zones_of_one_kind_that_overlap_are_told(small_city: Path) -> None:
    def stretch(folder: Path) -> None:
        path = folder / "zones.geojson"
        lines = path.read_text().splitlines()
        first, second = (next(n for n, line in enumerate(lines) if zone in line) for zone in ("FD-FS1", "FD-FS2"))
        outline = lines[first].split('"geometry":')[1]
        lines[second] = lines[second].split('"geometry":')[0] + '"geometry":' + outline
        path.write_text("\n".join(lines))

    told = broken_by(small_city, stretch)
    assert told["zones-overlap"].spot.line == 3
    assert told["zones-gap"].severity == "warning", "what the second covered is covered by none of its kind now"


def test_an_outline_that_crosses_itself_is_told(small_city: Path) -> None:
    assert broken_by(small_city, lambda folder: redraw(folder, 2, FLAT_TRIANGLE))["bad-outline"].spot.line == 3


def redraw(folder: Path, line: int, outline: str) -> None:
    path = folder / "zones.geojson"
    lines = path.read_text().splitlines()
    lines[line] = lines[line].split('"geometry":')[0] + f'"geometry":{outline}}},'
    path.write_text("\n".join(lines))


def test_a_zone_with_its_axes_swapped_is_told(small_city: Path) -> None:
    told = broken_by(small_city, lambda folder: redraw(folder, 2, FAR_SQUARE))
    assert told["zone-outside"].spot.line == 3


def test_a_folder_without_roads_is_told(small_city: Path) -> None:
    assert "roads-missing" in broken_by(small_city, lambda folder: (folder / "roads.npz").unlink())


def test_a_road_file_cut_short_is_told(small_city: Path) -> None:
    def cut(folder: Path) -> None:
        (folder / "roads.npz").write_bytes((folder / "roads.npz").read_bytes()[:500])

    assert "roads-broken" in broken_by(small_city, cut)


def test_roads_that_cannot_be_left_again_are_told(small_city: Path) -> None:
    def close(folder: Path) -> None:
        graph = RoadGraph.load(folder / "roads.npz")
        arcs = graph.arcs
        stay = arcs.tail != 0
        kept = type(arcs)(arcs.node_junction, arcs.tail[stay], arcs.head[stay], arcs.edge[stay], arcs.edge_head)
        fields = {name: getattr(graph, name) for name in graph.__dataclass_fields__}
        RoadGraph(**(fields | {"arcs": kept})).save(folder / "roads.npz")

    assert broken_by(small_city, close)["roads-apart"].severity == "error"


def test_no_folder_at_all_is_told(tmp_path: Path) -> None:
    assert [problem.rule for problem in check_city(tmp_path / "nowhere")] == ["no-folder"]


def test_an_empty_folder_is_told_file_by_file(tmp_path: Path) -> None:
    files = {problem.spot.file for problem in check_city(tmp_path) if problem.rule == "file-missing"}
    assert {"city.toml", "agencies.toml", "units.csv", "zones.geojson", "types.toml"} <= files


def test_every_rule_has_a_folder_that_breaks_it() -> None:
    sources = [path.read_text(encoding="utf-8") for path in Path(turnout.city.__file__).parent.rglob("*.py")]
    codes = {
        code
        for text in sources
        for code in re.findall(r'(?:Problem|broken|note|missing)\(\s*\(?\(?\s*"([a-z0-9\-]+)"', text)
    }
    assert len(codes) > 40
    tested = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert {code for code in codes if f'"{code}"' not in tested} == set()


def test_a_broken_folder_is_refused_when_it_is_opened(small_city: Path) -> None:
    break_file(small_city, Break("unknown-agency", "stations.csv", "FS2,FIRE", "FS2,FIER"))
    with pytest.raises(Malformed) as refused:
        load_city(small_city)
    assert isinstance(refused.value, BrokenFolder)
    assert refused.value.where == "stations.csv line 4"
    assert "FIER" in str(refused.value)
    assert "stations.csv 第 4 行" in refused.value.spoken("zh-CN")


def test_a_folder_with_many_problems_tells_a_screenful_and_counts_the_rest(small_city: Path) -> None:
    path = small_city / "units.csv"
    path.write_text(path.read_text().replace(",POL,", ",POLL,").replace(",FIRE,", ",FIER,").replace(",EMS,", ",MES,"))
    with pytest.raises(BrokenFolder) as refused:
        load_city(small_city)
    assert len(refused.value.spoken("en").splitlines()) <= 21


def test_random_damage_never_gives_a_traceback(small_city: Path) -> None:
    """Every file cut in the middle, emptied, and filled with what it should not hold."""
    for file in sorted(path for path in small_city.rglob("*") if path.suffix in (".toml", ".csv", ".geojson", ".md")):
        whole = file.read_bytes()
        for damage in (whole[: len(whole) // 2], b"", b"[]", b"null", b"\x00\xff", b"a,b\n1,2\n", b'{"features":[1]}'):
            file.write_bytes(damage)
            check_city(small_city)
        file.write_bytes(whole)
    shutil.rmtree(small_city / "info")
    assert not rules_of(check_city(small_city), "error")
