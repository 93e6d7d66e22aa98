"""The Merkle tree of RFC 6962, held against its definition, written out as it stands there."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.audit.tiles import Tiles, bundle_name, tile_name
from turnout.audit.tree import (
    EMPTY_ROOT,
    HASH_BYTES,
    Frontier,
    folded,
    is_consistent,
    is_included,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    root_of,
    subtrees,
)


def by_definition(entries: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return hashlib.sha256(b"\x01" + by_definition(entries[:split]) + by_definition(entries[split:])).digest()


def some_entries(count: int) -> list[bytes]:
    return [b"record %d" % number for number in range(count)]


def tiles_of(entries: list[bytes], *cuts: int) -> Tiles:
    """As if appended in several batches, with what was kept read again in between."""
    kept: dict[tuple[int, int], bytes] = {}
    size = 0
    for end in (*sorted(cuts), len(entries)):
        tiles = Tiles(size, lambda key: kept.get(key, b""))
        tiles.append([leaf_hash(entry) for entry in entries[size:end]])
        kept.update(tiles.changed)
        size = tiles.size
    return Tiles(size, lambda key: kept.get(key, b""))


sizes = st.integers(0, 700)


def test_the_roots_are_those_of_the_known_tree_of_certificate_transparency():
    """The test vectors of Google's certificate-transparency project."""
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf_hash(bytes.fromhex(leaf)))
    assert frontier.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(sizes)
def test_a_growing_tree_has_the_root_of_the_definition(size: int):
    entries, frontier = some_entries(size), Frontier()
    for entry in entries:
        frontier.append(leaf_hash(entry))
    assert frontier.root() == by_definition(entries)


@given(sizes, st.lists(st.integers(0, 700), max_size=4))
def test_tiles_have_the_same_root_in_whatever_batches_they_came(size: int, cuts: list[int]):
    entries = some_entries(size)
    tiles = tiles_of(entries, *(cut for cut in cuts if cut <= size))
    assert root_of(size, tiles.hash_at) == by_definition(entries)


def test_more_than_one_level_of_tiles_has_the_same_root():
    entries = some_entries(256 * 256 + 300)
    tiles = tiles_of(entries, 1, 255, 256, 300, 60_000, 65_536)
    assert root_of(len(entries), tiles.hash_at) == by_definition(entries)
    assert root_of(60_001, tiles.hash_at) == by_definition(entries[:60_001])


@given(st.data())
def test_a_record_is_proved_to_be_in_the_tree_and_no_other_is(data: st.DataObject):
    size = data.draw(st.integers(1, 600))
    index = data.draw(st.integers(0, size - 1))
    entries = some_entries(size)
    tiles = tiles_of(entries)
    root, proof = by_definition(entries), prove_inclusion(index, size, tiles.hash_at)
    assert is_included(leaf_hash(entries[index]), index, size, root, proof)
    assert not is_included(leaf_hash(b"another"), index, size, root, proof)
    other = data.draw(st.integers(0, size + 3).filter(lambda one: one != index))
    assert not is_included(leaf_hash(entries[index]), other, size, root, proof)
    assert not is_included(leaf_hash(entries[index]), index, size, root, [*proof, b"\0" * HASH_BYTES])
    if proof:
        assert not is_included(leaf_hash(entries[index]), index, size, root, proof[:-1])
        place = data.draw(st.integers(0, len(proof) - 1))
        altered = [*proof[:place], hashlib.sha256(proof[place]).digest(), *proof[place + 1 :]]
        assert not is_included(leaf_hash(entries[index]), index, size, root, altered)


@given(st.data())
def test_a_tree_is_proved_to_go_on_and_one_that_forgot_is_not(data: st.DataObject):
    size = data.draw(st.integers(0, 600))
    old = data.draw(st.integers(0, size))
    entries = some_entries(size)
    tiles = tiles_of(entries)
    proof = prove_consistency(old, size, tiles.hash_at)
    was, now = by_definition(entries[:old]), by_definition(entries)
    assert is_consistent(old, was, size, now, proof)
    if old > 0:
        forked = by_definition([*entries[: old - 1], b"another"])
        assert not is_consistent(old, forked, size, now, proof)
    if 0 < old < size:
        rewritten = [b"another", *entries[1:]]
        other = tiles_of(rewritten)
        assert not is_consistent(old, was, size, by_definition(rewritten), prove_consistency(old, size, other.hash_at))
    assert not is_consistent(old, was, size, now, [*proof, b"\0" * HASH_BYTES])


@given(st.integers(0, 600), st.integers(0, 600), st.integers(0, 200))
def test_a_range_makes_the_root_with_the_subtrees_on_either_side(first: int, more: int, after: int):
    end, size = first + more, first + more + after
    entries = some_entries(size)
    tiles, frontier = tiles_of(entries), Frontier()
    for level, index in subtrees(0, first):
        frontier.append(tiles.hash_at(level, index), level)
    for entry in entries[first:end]:
        frontier.append(leaf_hash(entry))
    for level, index in subtrees(end, size):
        frontier.append(tiles.hash_at(level, index), level)
    assert frontier.root() == by_definition(entries)


def test_an_empty_tree_has_the_root_of_nothing():
    assert Frontier().root() == folded([]) == root_of(0, lambda level, index: b"") == EMPTY_ROOT


def test_a_subtree_that_does_not_fit_is_not_taken():
    frontier = Frontier()
    frontier.append(leaf_hash(b"one"))
    with pytest.raises(ValueError, match="level 1 does not begin at 1"):
        frontier.append(leaf_hash(b"two"), 1)


def test_a_hash_beyond_the_tree_is_not_given():
    tiles = tiles_of(some_entries(300))
    with pytest.raises(LookupError):
        tiles.hash_at(0, 300)
    with pytest.raises(LookupError):
        tiles.hash_at(8, 1)


def test_tiles_and_bundles_are_named_as_the_specification_says():
    assert tile_name(0, 1_234_067) == "tile/0/x001/x234/067"
    assert tile_name(3, 5, 17) == "tile/3/005.p/17"
    assert bundle_name(273) == "tile/entries/273"
    assert bundle_name(1_000, 1) == "tile/entries/x001/000.p/1"
