"""Sealed files on the disk: every piece knows its place, and a cut shows at the piece that claims to be the last."""

from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from turnout.adapters.storage.sealed_files import MARK, TAG_BYTES, Opened, Sealing
from turnout.audit.files import PIECE_BYTES, FileDamaged

SECRET = bytes(range(48))
WHOLE = PIECE_BYTES + TAG_BYTES
SIZES = (1, 2, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES)


def sealed(folder: Path, content: bytes, at_once: int) -> Opened:
    path = folder / "f"
    path.unlink(missing_ok=True)
    sealing = Sealing(path, SECRET)
    for at in range(0, len(content), at_once):
        sealing.add(content[at : at + at_once])
    sealing.finish(b"")
    sealing._file.close()
    return Opened(path, SECRET)


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([1, 2, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES]), st.integers(1_000, 300_000)
)
def test_whatever_comes_in_whatever_pieces_comes_back(
    tmp_path_factory: pytest.TempPathFactory, size: int, at_once: int
) -> None:
    content = bytes(index % 251 for index in range(size))
    opened = sealed(tmp_path_factory.mktemp("files"), content, at_once)
    assert opened.size_bytes == size
    assert b"".join(opened.piece(place) for place in range(opened.pieces)) == content


def test_a_file_cut_off_between_two_pieces_is_noticed_at_its_end(tmp_path: Path) -> None:
    opened = sealed(tmp_path, bytes(3 * PIECE_BYTES), 100_000)
    opened.path.write_bytes(opened.path.read_bytes()[: len(MARK) + 2 * WHOLE])
    assert opened.piece(0) == bytes(PIECE_BYTES)
    with pytest.raises(FileDamaged):
        opened.piece(1)


def test_a_file_under_another_key_does_not_open(tmp_path: Path) -> None:
    opened = sealed(tmp_path, b"smoke", 10)
    with pytest.raises(FileDamaged):
        Opened(opened.path, bytes(48)).piece(0)
