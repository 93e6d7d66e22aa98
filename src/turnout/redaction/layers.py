"""The layers of a file: who may have what of an incident."""

from pathlib import Path
from typing import Annotated, Final

import msgspec

from turnout.audit.personal import IN_ROWS, Schema
from turnout.words.name import Name
from turnout.words.trouble import Malformed

SHIPPED: Final = Path(__file__).with_name("layers.toml")
CURE: Final = "see the shipped layers.toml and `turnout personal-data`"


class Layer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`keeps`: ids of what is declared personal and stays in; everything else that is personal is taken out."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    name: Name
    keeps: tuple[str, ...]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    layer: Annotated[tuple[Layer, ...], msgspec.Meta(min_length=1)]


def read_layers(path: Path, schema: Schema) -> dict[str, Layer]:
    """By identity, from the fewest to the most. Raises `Malformed` with what is wrong and the cure."""
    try:
        layers = msgspec.toml.decode(path.read_bytes(), type=_File).layer
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as trouble:
        raise Malformed(str(trouble), str(path), CURE) from trouble
    known = {one.id: one.kept for one in schema.personal}
    before: Layer | None = None
    for layer in layers:
        for kept in layer.keeps:
            if known.get(kept) not in IN_ROWS:
                raise Malformed(f"layer {layer.id!r} keeps {kept!r}, which is nothing of the journal", str(path), CURE)
        missing = sorted(set(before.keeps) - set(layer.keeps)) if before is not None else []
        if before is not None and missing:
            raise Malformed(f"layer {layer.id!r} lacks {missing[0]!r}, which {before.id!r} keeps", str(path), CURE)
        before = layer
    if len({layer.id for layer in layers}) < len(layers):
        raise Malformed("two layers of one name", str(path), CURE)
    return {layer.id: layer for layer in layers}
