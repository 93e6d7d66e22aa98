"""Speeds by class and hour, intercept and interval."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import turnout.roads.profile as profile_module
from turnout.roads import DEFAULT_PROFILE, Drive, RoadGraph, SpeedProfile, load_profile, read_profile
from turnout.words.moment import HOUR_MS, Moment
from turnout.words.trouble import Malformed, Unsupported

DEFAULT_TEXT = Path(profile_module.__file__).with_name("default_speeds.toml").read_text(encoding="utf-8")
MONDAY = 4 * 24 * HOUR_MS
"""5 January 1970 was a Monday."""


def in_zone(zone: str) -> SpeedProfile:
    return read_profile(DEFAULT_TEXT.replace('time_zone = "UTC"', f'time_zone = "{zone}"'), "test")


def test_the_default_says_where_it_is_from() -> None:
    assert "Assumed" in DEFAULT_PROFILE.source


def test_the_hour_is_the_city_s_own() -> None:
    eight_in_san_francisco = Moment(MONDAY + 16 * HOUR_MS)
    assert in_zone("America/Los_Angeles").band_at(eight_in_san_francisco) == "P"
    assert in_zone("UTC").band_at(Moment(MONDAY + 2 * HOUR_MS)) == "N"
    assert in_zone("Asia/Shanghai").band_at(Moment(MONDAY + 2 * HOUR_MS)) == "D"


@pytest.mark.parametrize("drive", ["urgent", "routine"])
def test_the_rush_hour_is_slower_than_the_night(draw: Any, drive: Drive) -> None:
    graph: RoadGraph = draw.block()
    night, rush = (DEFAULT_PROFILE.edge_times_s(graph, band, drive) for band in "NP")
    assert (rush > night).all()


def test_a_class_without_a_factor_takes_the_default(draw: Any) -> None:
    graph = draw.graph([(0, 0), (0, 100)], [draw.road(0, 1, kmh=36.0, road_class="motorway"), draw.road(0, 1, kmh=36)])
    times_s = DEFAULT_PROFILE.edge_times_s(graph, "P", "urgent")
    assert times_s[0] == pytest.approx(10.0 / 0.75)
    assert times_s[2] == pytest.approx(10.0 / 0.9)


@given(st.floats(0.0, 1e5))
def test_an_arrival_is_an_interval_about_what_is_expected(drive_s: float) -> None:
    estimate = DEFAULT_PROFILE.estimate(drive_s)
    assert estimate.expected_s == drive_s + DEFAULT_PROFILE.urgent.intercept_s
    assert estimate.earliest_s <= estimate.expected_s <= estimate.latest_s


def test_a_profile_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "speeds.toml").write_text(DEFAULT_TEXT, encoding="utf-8")
    assert load_profile(tmp_path / "speeds.toml") == DEFAULT_PROFILE


@pytest.mark.parametrize(
    ("wrong", "right", "complaint"),
    [
        ('monday = "NNNN', 'monday = "NNNNN', "25 letters"),
        ('monday = "NNNN', 'monday = "QNNN', "no band Q"),
        ("monday", "moonday", "seven days"),
        ('time_zone = "UTC"', 'time_zone = "Mars/Olympus"', "time_zone"),
        ("motorway = 0.75", "motorwai = 0.75", "motorwai"),
        ("motorway = 0.75", "motorway = 25", "25"),
        ("default = 1.1", "motorway = 1.1", "no default"),
        ("intercept_s = 75.0", "intercept_s = -1.0", "intercept_s"),
        ("latest_ratio = 1.6", "latest_ratio = 0.9", "interval"),
        ("intercept_s = 75.0", "intercept = 75.0", "intercept"),
        ("version = 1", "version = ", "line 3"),
    ],
)
def test_a_wrong_profile_is_refused_and_the_complaint_names_the_field(wrong: str, right: str, complaint: str) -> None:
    text = DEFAULT_TEXT.replace(wrong, right, 1)
    assert text != DEFAULT_TEXT
    with pytest.raises(Malformed, match=re.escape(complaint)) as caught:
        read_profile(text, "speeds.toml")
    assert caught.value.where == "speeds.toml"


def test_a_profile_of_another_version_is_unsupported() -> None:
    with pytest.raises(Unsupported, match="version 2"):
        read_profile(DEFAULT_TEXT.replace("version = 1", "version = 2"), "speeds.toml")
