"""Where a municipal street table is newer than its lines: putting segments without a line where they must be.

In this order: a segment that was divided keeps the first digits of its CNN, so its parts share the undivided line in
the order of their numbers; a run of segments between two known nodes lies on the straight line between them; a
segment with one known node is put at that node, wrong by its own length at most. What hangs on no known node has no
place.
"""

from collections.abc import Iterable, Mapping

import msgspec

from turnout.roads.gazetteer.lines import along, gap_m, middle_most, share_of_nearest
from turnout.roads.gazetteer.records import Numbers
from turnout.words.place import Place

SAME_NODE_M = 40.0
"""A line whose end is farther than this from where other lines put the node is older than the node."""
CNN_PART_DIGITS = 3
"""The last digits of a CNN count the parts that a segment was divided into."""


class Piece(msgspec.Struct, eq=False):
    """A segment on its way to a line. `cnn` and the nodes are the city's centreline network numbers."""

    cnn: str
    street: str
    left: Numbers | None
    right: Numbers | None
    from_node: str
    to_node: str
    line: tuple[Place, ...] = ()

    def span(self) -> int:
        """How many numbers it has: its share of a line that it divides with others."""
        return max([1, *(abs(side.last - side.first) for side in (self.left, self.right) if side)])


def place_nodes(pieces: Iterable[Piece]) -> dict[str, Place]:
    """Where most lines put each node; every line's ends are moved there, and lines that disagree become straight."""
    ends: dict[str, list[Place]] = {}
    for piece in pieces:
        if piece.line:
            ends.setdefault(piece.from_node, []).append(piece.line[0])
            ends.setdefault(piece.to_node, []).append(piece.line[-1])
    nodes = {node: middle_most(places) for node, places in ends.items()}
    for piece in pieces:
        if not piece.line:
            continue
        begin, end = nodes[piece.from_node], nodes[piece.to_node]
        agrees = gap_m(piece.line[0], begin) <= SAME_NODE_M and gap_m(piece.line[-1], end) <= SAME_NODE_M
        if agrees:
            piece.line = (begin, *piece.line[1:-1], end)
        elif begin != end:
            piece.line = (begin, end)
    return nodes


def follow_older_lines(
    pieces: Iterable[Piece], older: Mapping[str, tuple[Place, ...]], nodes: dict[str, Place]
) -> None:
    """Parts of a segment that was divided, along the line of the whole. `nodes` learns the places between."""
    undivided = {cnn[:-CNN_PART_DIGITS]: line for cnn, line in older.items()}
    parts: dict[str, list[Piece]] = {}
    for piece in pieces:
        if not piece.line and piece.cnn[:-CNN_PART_DIGITS] in undivided:
            parts.setdefault(piece.cnn[:-CNN_PART_DIGITS], []).append(piece)
    for stem, run in parts.items():
        shares = _shares(run)
        line = undivided[stem]
        if _runs_backwards(line, shares, nodes):
            line = line[::-1]
        for piece, begin, end in shares:
            first = nodes.setdefault(piece.from_node, along(line, begin))
            last = nodes.setdefault(piece.to_node, along(line, end))
            if first != last:
                piece.line = (first, last)


def _shares(run: list[Piece]) -> list[tuple[Piece, float, float]]:
    """(piece, share of the whole where it begins, where it ends), by its numbers or, without any, by its order."""
    numbers = [
        (piece, side.first, side.last) for piece in run for side in (piece.left or piece.right,) if side is not None
    ]
    low = min((min(first, last) for _, first, last in numbers), default=0)
    high = max((max(first, last) for _, first, last in numbers), default=0)
    if len(numbers) < len(run) or low == high:
        ordered = sorted(run, key=lambda piece: piece.cnn)
        return [(piece, place / len(run), (place + 1) / len(run)) for place, piece in enumerate(ordered)]
    return [(piece, (first - low) / (high - low), (last - low) / (high - low)) for piece, first, last in numbers]


def _runs_backwards(
    line: tuple[Place, ...], shares: Iterable[tuple[Piece, float, float]], nodes: Mapping[str, Place]
) -> bool:
    """Whether the line was drawn against the numbers: its known nodes lie nearer to the shares counted from its end."""
    forwards = backwards = 0.0
    for piece, begin, end in shares:
        for node, share in ((piece.from_node, begin), (piece.to_node, end)):
            if node in nodes:
                lies = share_of_nearest(line, nodes[node])[0]
                forwards += abs(lies - share)
                backwards += abs(1.0 - lies - share)
    return backwards < forwards


def fill_between_nodes(pieces: list[Piece], nodes: dict[str, Place]) -> None:
    """Runs of pieces without a line, straight between the known nodes at their ends; `nodes` learns the inner ones."""
    loose: dict[tuple[str, str], list[Piece]] = {}
    for piece in pieces:
        if not piece.line:
            for node in (piece.from_node, piece.to_node):
                loose.setdefault((piece.street, node), []).append(piece)
    for piece in pieces:
        if not piece.line:
            run, joints = _run_of(piece, loose, nodes)
            if joints[0] in nodes and joints[-1] in nodes and nodes[joints[0]] != nodes[joints[-1]]:
                _lay_out(run, joints, nodes)


def _run_of(
    piece: Piece, loose: Mapping[tuple[str, str], list[Piece]], nodes: Mapping[str, Place]
) -> tuple[list[Piece], list[str]]:
    """(the pieces without a line that follow each other, their nodes: one more)."""
    run, joints = [piece], [piece.from_node, piece.to_node]
    while joints[-1] not in nodes and (more := _next(run, loose[piece.street, joints[-1]])):
        run.append(more)
        joints.append(more.to_node if more.from_node == joints[-1] else more.from_node)
    while joints[0] not in nodes and (more := _next(run, loose[piece.street, joints[0]])):
        run.insert(0, more)
        joints.insert(0, more.from_node if more.to_node == joints[0] else more.to_node)
    return run, joints


def _next(run: list[Piece], meeting: list[Piece]) -> Piece | None:
    return next((one for one in meeting if not one.line and one not in run), None)


def _lay_out(run: list[Piece], joints: list[str], nodes: dict[str, Place]) -> None:
    begin, end = nodes[joints[0]], nodes[joints[-1]]
    total, done = sum(piece.span() for piece in run), 0
    for piece, joint in zip(run, joints[1:], strict=True):
        before = _between(begin, end, done / total)
        done += piece.span()
        after = nodes.setdefault(joint, _between(begin, end, done / total))
        piece.line = (before, after) if piece.to_node == joint else (after, before)


def hang_on_one_node(pieces: Iterable[Piece], nodes: Mapping[str, Place]) -> int:
    """Pieces with one known node, put there; how many there were."""
    known = [(piece, nodes.get(piece.from_node) or nodes.get(piece.to_node)) for piece in pieces if not piece.line]
    hung = [(piece, node) for piece, node in known if node is not None]
    for piece, node in hung:
        piece.line = (node, node)
    return len(hung)


def _between(a: Place, b: Place, share: float) -> Place:
    return Place(a.lat + share * (b.lat - a.lat), a.lon + share * (b.lon - a.lon))
