"""A map with an identity or a place that there cannot be is refused as bad input, by roads, extract and build alike."""

from pathlib import Path

import pytest

from turnout.words.trouble import Malformed

build = pytest.importorskip("turnout.roads.build", reason="wants the optional extra `build`")
extract = pytest.importorskip("turnout.city.extract", reason="wants the optional extra `build`")

ILLEGAL = {
    "an identity that is no number": '<node id="abc" lat="47.0" lon="9.0"/>',
    "an identity without end": f'<node id="{"9" * 40}" lat="47.0" lon="9.0"/>',
    "a place that is no number": '<node id="1" lat="north" lon="9.0"/>',
    "a place beyond the pole": '<node id="1" lat="97.0" lon="9.0"/>',
}


@pytest.mark.parametrize("node", ILLEGAL.values(), ids=ILLEGAL)
def test_an_illegal_node_is_bad_input_and_no_bug(node: str, tmp_path: Path) -> None:
    path = tmp_path / "illegal.osm"
    nodes = f'{node}<node id="2" lat="47.0" lon="9.001"/>'
    tags = '<tag k="highway" v="residential"/><tag k="amenity" v="hospital"/>'
    first = "1" if 'id="1"' in node else "2"
    way = f'<way id="10"><nd ref="{first}"/><nd ref="2"/>{tags}</way>'
    path.write_text(f'<osm version="0.6">{nodes.replace("/><", f">{tags}</node><", 1)}{way}</osm>')
    with pytest.raises(Malformed):
        build.build_roads(path)
    with pytest.raises(Malformed):
        extract.read_extract(path)
