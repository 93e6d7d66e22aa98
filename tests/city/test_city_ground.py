"""New map data is checked under the tables in force before anybody is switched to it (7.6)."""

from pathlib import Path

from turnout.city.folder import load_city
from turnout.city.ground import check_ground


def rules(folder: Path, tables_of: Path) -> set[str]:
    tables = load_city(tables_of).catalogue
    return {problem.rule for problem in check_ground(tables, folder) if problem.severity == "error"}


def test_a_whole_ground_passes_and_a_gazetteer_that_cannot_be_read_is_named(small_city: Path) -> None:
    assert rules(small_city, small_city) == set()
    (small_city / "gazetteer.sqlite").write_bytes(b"no gazetteer")
    assert "gazetteer-broken" in rules(small_city, small_city)


def test_a_zone_of_the_tables_that_is_drawn_nowhere_is_named(small_city: Path) -> None:
    tables = load_city(small_city).catalogue
    (small_city / "zones.geojson").write_text('{"type":"FeatureCollection","features":[]}', encoding="utf-8")
    assert "zone-without-outline" in {problem.rule for problem in check_ground(tables, small_city)}
