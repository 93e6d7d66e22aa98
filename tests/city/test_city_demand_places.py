"""The demand model as weights of places, by the discipline that answers."""

from pathlib import Path

import numpy as np
import pytest

from turnout.city.demand_places import read_demand_places
from turnout.city.folder import load_city, shipped_city
from turnout.edge.outlook_points import points_of
from turnout.loading import load_roads
from turnout.words.trouble import Malformed


def a_model(path: Path, **more: object) -> Path:
    """Two types over three cells; the last cell has no block."""
    held: dict[str, object] = {
        "types": np.array(["Fire", "Medical"]),
        "type_share": np.array([[0.2, 0.8], [0.4, 0.6]]),
        "cell_share": np.array([[1.0, 0.0, 0.0], [0.25, 0.75, 0.0]]),
        "block_cell": np.array([0, 0, 0, 1]),
        "block_lat": np.array([37.0, 37.1, 37.5, 38.0]),
        "block_lon": np.array([-122.0, -122.0, -122.0, -121.0]),
    }
    np.savez(path, **(held | more))  # type: ignore[arg-type]
    return path


def test_places_weigh_as_many_calls_as_each_discipline_answers_there(tmp_path: Path) -> None:
    answered_by = {"Fire": ["fire"], "Medical": ["ems", "fire"]}
    places = read_demand_places(a_model(tmp_path / "demand.npz"), lambda code: answered_by[code])  # type: ignore[arg-type,return-value]
    assert places.lat.tolist() == [37.1, 38.0]
    assert places.weights["fire"] == pytest.approx([0.3 + 0.7 * 0.25, 0.7 * 0.75])
    assert places.weights["ems"] == pytest.approx([0.7 * 0.25, 0.7 * 0.75])


def test_a_file_that_is_no_demand_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demand.npz").write_bytes(b"not a model")
    with pytest.raises(Malformed):
        read_demand_places(tmp_path / "demand.npz", lambda code: [])
    with pytest.raises(Malformed):
        read_demand_places(a_model(tmp_path / "odd.npz", types=np.array(["Fire"])), lambda code: [])


def test_a_city_without_a_demand_model_is_weighed_by_its_ground() -> None:
    city = load_city(shipped_city("san-francisco"))
    roads = load_roads(city)
    assert roads is not None
    assert points_of(city, roads).weighted_by("fire") == "demand"
    artefacts = city.artefacts.__class__(**{**vars(city.artefacts), "demand": None})
    bare = points_of(city.__class__(**{**vars(city), "artefacts": artefacts}), roads)
    assert bare.weighted_by("fire") == "ground"
    assert 500 < len(bare) < 4_000
