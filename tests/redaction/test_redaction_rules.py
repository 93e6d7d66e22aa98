"""What a layer does not keep is in no byte of what leaves the house; what it keeps is there."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import inspect as look

from turnout.audit.personal import Declared, find_entries, shipped_schema
from turnout.core.history import Line
from turnout.core.incidents.incident import Incident
from turnout.redaction.layers import SHIPPED, Layer, read_layers
from turnout.redaction.rules import redact
from turnout.words.identity import ActorId
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.trouble import Malformed

SCHEMA = shipped_schema()
LAYERS = read_layers(SHIPPED, SCHEMA)
SENTENCE = "planted:sentence"


def filled(of: look.Type, at: str, depth: int = 0) -> Any:
    """A value of this type in which every text says in which structure and field it stands; lists are of one."""
    match of:
        case look.StructType(cls=cls, fields=fields):
            deeper = depth + 1
            return {one.encode_name: filled(one.type, f"{cls.__name__}.{one.name}", deeper) for one in fields}
        case look.UnionType(types=types):
            return filled(next(one for one in types if not isinstance(one, look.NoneType)), at, depth)
        case look.LiteralType(values=values):
            return values[-1]
        case look.StrType():
            return f"planted:{at}"
        case look.IntType(ge=ge):
            return 1 if ge is None or ge <= 1 else ge
        case look.FloatType():
            return 12.34567 if at.startswith("Place.") else 0.5
        case look.BoolType():
            return True
        case look.DictType(value_type=value):
            return {"key": filled(value, at, depth)}
        case look.TupleType(item_types=types):
            return [filled(one, at, depth) for one in types]
        case look.CollectionType(item_type=item):
            return [filled(item, at, depth)]
        case look.AnyType():
            return f"planted:{at}"
        case _:
            raise AssertionError(f"{at}: {of}")


FULL: Incident = msgspec.convert(filled(look.type_info(Incident), "Incident"), Incident)
COURSE = [
    Line(
        seq=1,
        at=Moment(1),
        by=ActorId("planted:Line.by"),
        position="",
        code="narrative-added",
        incidents=("I1",),
        units=("E07",),
        calls=(),
        text=Name(SENTENCE, SENTENCE),
    )
]


def texts(of: Any) -> Iterator[str]:
    match of:
        case str():
            yield of
        case dict():
            for one in of.values():
                yield from texts(one)
        case list() | tuple():
            for one in of:
                yield from texts(one)
        case _:
            pass


PLANTED = sorted({one for one in texts(msgspec.to_builtins(FULL)) if one.startswith("planted:")})


def classes_of(planted: str) -> list[str]:
    struct, field = planted.removeprefix("planted:").split(".")
    return [one.id for one in find_entries(SCHEMA, struct, field) if isinstance(one, Declared)]


def out(layer: Layer) -> str:
    return msgspec.json.encode(redact(FULL, COURSE, layer, SCHEMA)).decode()


def test_the_planted_incident_has_something_personal_in_many_places():
    personal = [one for one in PLANTED if classes_of(one)]
    assert len(personal) > 20
    assert {"planted:NarrativeLine.text", "planted:Location.text"} <= set(personal)


@pytest.mark.parametrize("layer", LAYERS.values(), ids=list(LAYERS))
@pytest.mark.parametrize("planted", PLANTED)
def test_what_a_layer_does_not_keep_is_in_no_byte_and_what_it_keeps_is_there(planted: str, layer: Layer):
    taken = any(one not in layer.keeps for one in classes_of(planted))
    within_taken = taken or not is_reachable(planted, layer)
    assert (f'"{planted}"' in out(layer)) != within_taken


def is_reachable(planted: str, layer: Layer) -> bool:
    """Whether nothing above it is taken out as a whole: fields of a place go with the place."""
    return f'"{planted}"' in msgspec.json.encode(_pruned(msgspec.to_builtins(FULL), FULL, layer)).decode()


def _pruned(raw: Any, of: Any, layer: Layer) -> Any:
    if isinstance(of, msgspec.Struct):
        kind = type(of).__name__
        return {
            field: _pruned(raw[field], getattr(of, field), layer)
            for field in of.__struct_fields__
            if all(not isinstance(one, Declared) or one.id in layer.keeps for one in find_entries(SCHEMA, kind, field))
        }
    if isinstance(of, dict):
        return {str(key): _pruned(raw[str(key)], one, layer) for key, one in of.items()}
    if isinstance(of, tuple):
        return [_pruned(part, one, layer) for part, one in zip(raw, of, strict=True)]
    return raw


def test_what_nobody_has_declared_is_taken_out():
    nothing_declared = msgspec.structs.replace(SCHEMA, personal=(), not_personal=())
    assert "planted:" not in msgspec.json.encode(redact(FULL, (), LAYERS["court"], nothing_declared)).decode()


@pytest.mark.parametrize("layer", ["public", "agency"])
def test_a_sentence_leaves_only_with_everything(layer: str):
    assert SENTENCE not in out(LAYERS[layer])
    assert SENTENCE in out(LAYERS["court"])


def test_the_public_gets_no_place_on_the_map_and_no_staff():
    shown = out(LAYERS["public"])
    assert "12.34567" not in shown
    assert "planted:Line.by" not in shown
    assert '"E07"' in shown


def test_what_was_taken_out_is_counted_by_kind_and_marked_where_it_stood():
    found = redact(FULL, COURSE, LAYERS["public"], SCHEMA)
    marks = msgspec.json.encode([found.incident, found.course]).decode().count('"taken_out":')
    assert sum(found.removed.values()) == marks + found.removed["sentences"]
    assert "undeclared" not in found.removed
    assert found.incident["narrative"] == {"taken_out": "narrative", "count": 1}
    several = msgspec.structs.replace(FULL, narrative=FULL.narrative * 7)
    assert redact(several, (), LAYERS["public"], SCHEMA).removed["narrative"] == 7


def test_each_layer_keeps_what_the_one_before_keeps():
    kept = [set(one.keeps) for one in LAYERS.values()]
    assert all(one < other for one, other in pairwise(kept))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[[layer]]\nid = "a"\nname = {en = "a", zh = "a"}\nkeeps = ["details"]', "nothing of the journal"),
        ('[[layer]]\nid = "a"\nname = {en = "a", zh = "a"}\nkeeps = ["gossip"]', "nothing of the journal"),
        ("layer = []", "length"),
        ("layer = 7", "array"),
        (
            '[[layer]]\nid = "a"\nname = {en = "a", zh = "a"}\nkeeps = ["place"]\n'
            '[[layer]]\nid = "b"\nname = {en = "b", zh = "b"}\nkeeps = ["staff"]',
            "lacks 'place'",
        ),
        ('[[layer]]\nid = "a"\nname = {en = "a", zh = "a"}\nkeeps = []\n' * 2, "two layers of one name"),
    ],
)
def test_a_file_of_layers_that_is_not_sound_is_refused(text: str, why: str, tmp_path: Path):
    path = tmp_path / "layers.toml"
    path.write_text(text)
    with pytest.raises(Malformed, match=why):
        read_layers(path, SCHEMA)
