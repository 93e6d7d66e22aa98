"""The road file."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.roads import RoadGraph
from turnout.words.name import Name
from turnout.words.trouble import BadInput, Malformed, Unsupported


@pytest.fixture
def saved(draw: Any, tmp_path: Path) -> Path:
    path = tmp_path / "roads.npz"
    draw.block().save(path)
    return path


def rewritten(path: Path, **columns: Any) -> Path:
    """The file with some columns put in place of its own."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    with path.open("wb") as file:
        np.savez(file, **(arrays | columns))
    return path


def test_a_saved_graph_is_loaded_as_it_was(draw: Any, tmp_path: Path) -> None:
    forbidden = [(0, 2), (6, 0)]
    graph = draw.graph(
        [(0, 0), (0, 100), (100, 100)],
        [
            draw.road(0, 1, name="Rue d'été"),
            draw.road(1, 2, one_way=True),
            draw.road(2, 0),
            draw.road(2, 0, name="长安街"),
        ],
        [(0, 2)] if forbidden else [],
    )
    graph.save(tmp_path / "roads.npz")
    loaded = RoadGraph.load(tmp_path / "roads.npz")
    assert loaded.streets == graph.streets
    assert loaded.origin == graph.origin
    for name, array in [*graph._arrays().items(), *graph.arcs.arrays().items()]:
        again = loaded._arrays().get(name, loaded.arcs.arrays().get(name))
        assert np.array_equal(again, array), name


def test_a_graph_cannot_be_written_into(draw: Any) -> None:
    graph = draw.block()
    with pytest.raises(ValueError, match="read-only"):
        graph.edge_length_m[0] = 1.0


def test_an_edge_s_shape_runs_its_own_way(draw: Any) -> None:
    graph = draw.graph([(0, 0), (0, 100)], [draw.road(0, 1, bends=[(10, 20)])])
    ahead, back = graph.shape_of(0), graph.shape_of(1)
    assert np.array_equal(ahead[0], back[0][::-1])
    assert (ahead[0][0], ahead[1][0]) == (graph.junction_lat[0], graph.junction_lon[0])
    assert (back[0][0], back[1][0]) == (graph.junction_lat[1], graph.junction_lon[1])


def test_an_edge_knows_its_street_and_whether_it_is_one_way(draw: Any) -> None:
    graph = draw.graph([(0, 0), (0, 100)], [draw.road(0, 1, name="Oak St"), draw.road(0, 1, one_way=True)])
    assert graph.street_of(1) == Name("Oak St", "Oak St")
    assert [graph.is_one_way(edge) for edge in range(3)] == [False, False, True]


@pytest.mark.parametrize("raw", [b"", b"not a zip", b"PK\x03\x04broken"])
def test_what_is_not_a_road_file_is_malformed(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "roads.npz"
    path.write_bytes(raw)
    with pytest.raises(Malformed, match="build the city's roads again"):
        RoadGraph.load(path)


def test_a_missing_file_is_the_caller_s_matter(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        RoadGraph.load(tmp_path / "roads.npz")


def test_a_newer_version_is_unsupported(saved: Path) -> None:
    with pytest.raises(Unsupported, match="version 99"):
        RoadGraph.load(rewritten(saved, version=np.array(99, dtype=np.int32)))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("version", np.array([1], dtype=np.int32)),
        ("edge_to", np.array([0, 99, 0, 0, 0, 0, 0, 0], dtype=np.int32)),
        ("edge_to", np.zeros(7, dtype=np.int32)),
        ("edge_to", np.zeros(8, dtype=np.float64)),
        ("edge_length_m", np.full(8, np.nan)),
        ("edge_length_m", np.zeros(8)),
        ("edge_speed_kmh", np.full(8, np.inf)),
        ("junction_lat", np.full(4, 91.0)),
        ("junction_lat", np.full(4, np.nan)),
        ("edge_twin", np.arange(8, dtype=np.int32)[::-1].copy() // 2),
        ("shape_start", np.array([0, 1, 4, 6, 8], dtype=np.int32)),
        ("edge_class", np.full(8, 200, dtype=np.uint8)),
        ("edge_street", np.full(8, 5, dtype=np.int32)),
        ("arc_head", np.full(8, -1, dtype=np.int32)),
        ("arc_tail", np.zeros(3, dtype=np.int32)),
        ("streets", np.frombuffer(b"\xff\xfe", dtype=np.uint8)),
        ("streets", np.frombuffer(b"one\ttwo\tthree", dtype=np.uint8)),
        ("origin", np.frombuffer(b"{", dtype=np.uint8)),
    ],
)
def test_a_file_with_a_wrong_column_is_malformed(saved: Path, column: str, value: Any) -> None:
    with pytest.raises(Malformed):
        RoadGraph.load(rewritten(saved, **{column: value}))


def test_a_file_without_a_column_is_malformed(saved: Path) -> None:
    with np.load(saved) as file:
        arrays = {name: file[name] for name in file.files if name != "edge_way"}
    with saved.open("wb") as file:
        np.savez(file, **arrays)
    with pytest.raises(Malformed, match="lacks edge_way"):
        RoadGraph.load(saved)


@given(cut=st.integers(0, 100), flip=st.integers(0, 10_000))
def test_a_damaged_file_is_bad_input_or_still_a_sound_graph(
    draw: Any, tmp_path_factory: pytest.TempPathFactory, cut: int, flip: int
) -> None:
    path = tmp_path_factory.mktemp("damaged") / "roads.npz"
    draw.block().save(path)
    raw = bytearray(path.read_bytes())
    raw = raw[: len(raw) - cut]
    raw[flip % len(raw)] ^= 0xFF
    path.write_bytes(bytes(raw))
    try:
        graph = RoadGraph.load(path)
    except BadInput:
        return
    assert graph.edge_count == 8
