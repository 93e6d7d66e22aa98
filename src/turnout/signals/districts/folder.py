"""A district as a city ships it: a folder with `district.toml`, which names the files of signals, network and traffic.

Its form is in the engineers' manual. What is named lies in the folder itself, so that a folder can be handed on whole.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Final

import msgspec

from turnout.signals.file_trouble import NAME_READABLE, unread
from turnout.signals.problem import BrokenSignals, Problem, Spot
from turnout.words.decoding import complaint
from turnout.words.name import Name
from turnout.words.trouble import Unsupported

FOLDER: Final = "districts"
"""In the city folder."""
HEAD: Final = "district.toml"
HEAD_BYTES_MAX: Final = 64 << 10
DISTRICTS_MAX: Final = 100
FILES_MAX: Final = 64
BYTES_MAX: Final = 256 << 20
"""Of all its files together, as they lie there. A district of a thousand junctions with a day's traffic is smaller."""
NO_TRAFFIC: Final = Name("the district has no network with traffic", "该片区没有带交通需求的路网")
NAME_TRAFFIC: Final = Name("name a network and routes", "请指明路网（network）与交通需求（routes）")
NAME_BOTH: Final = Name("name both in its file", "请在片区文件中指明这两个文件")
PUT: Final = Name("put the file there", "请将文件放到该处")
MEND: Final = Name("mend it there; the engineers' manual has its form", "请修正该处；格式见工程师手册")

FileName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.\-]{0,127}$")]
Files = Annotated[tuple[FileName, ...], msgspec.Meta(max_length=FILES_MAX)]
Said = Annotated[str, msgspec.Meta(max_length=1_000)]
Clock = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `district.toml` says. `additional`: SUMO's further files that are no programmes, such as types and stops."""

    name: Name
    source: Said
    licence: Said
    attribution: Said
    note: Name | None = None
    sample: bool = False
    signals: FileName = ""
    network: FileName = ""
    programmes: Files = ()
    routes: Files = ()
    additional: Files = ()
    counts: FileName = ""
    """By day and quarter-hour, for plans by time of day (`turnout signals hours`)."""
    travel_times: FileName = ""
    """What `turnout signals travel` wrote of our own vehicles, for speeds of green waves."""
    counts_note: Name | None = None
    """Where the counts come from, said beside what is made of them."""
    detector_log: FileName = ""
    """High-resolution events, and `detector_map`, what their numbers mean (`turnout signals quality`)."""
    detector_map: FileName = ""
    log_note: Name | None = None
    """Where the events come from, said beside every figure that is made of them."""
    begin_s: Annotated[int, msgspec.Meta(ge=0, le=7 * 86_400)] = 0
    """Seconds of the routes that are simulated; `end_s` 0: until the last vehicle has arrived, or `RUN_MOST_S`."""
    end_s: Annotated[int, msgspec.Meta(ge=0, le=7 * 86_400)] = 0

    @property
    def named(self) -> tuple[str, ...]:
        single = (self.signals, self.network, self.counts, self.travel_times, self.detector_log, self.detector_map)
        return tuple(name for name in (*single, *self.programmes, *self.routes, *self.additional) if name)


class District(msgspec.Struct, frozen=True):
    """A folder whose head was read. `id`: the folder's name."""

    id: str
    folder: Path
    head: Head

    def content(self, name: str) -> bytes:
        """Raises `Malformed` where it cannot be read."""
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise unread(error, f"{self.id}/{name}", PUT) from error

    def added(self) -> list[tuple[bytes, str]]:
        """Files of programmes: content and name."""
        return [(self.content(name), name) for name in self.head.programmes]

    @property
    def has_log(self) -> bool:
        return bool(self.head.detector_log and self.head.detector_map)

    @property
    def can_simulate(self) -> bool:
        return bool(self.head.network and self.head.routes)


def list_districts(city: Path) -> list[Path]:
    """Folders of districts, by name. Raises `Unsupported` where there are too many."""
    place = city / FOLDER
    found = sorted(each for each in place.iterdir() if (each / HEAD).is_file()) if place.is_dir() else []
    if len(found) > DISTRICTS_MAX:
        what = Name(f"more than {DISTRICTS_MAX} districts", f"片区多于 {DISTRICTS_MAX} 个")
        raise Unsupported(what, str(place), Name("join some", "请合并一些片区"))
    return found


def read_head(folder: Path) -> District:
    """Raises `BrokenSignals` with file and what is wrong, `Malformed` where it cannot be read."""
    try:
        content = (folder / HEAD).read_bytes()[: HEAD_BYTES_MAX + 1]
        head = msgspec.convert(tomllib.loads(content.decode()), Head)
    except OSError as error:
        raise unread(error, str(folder / HEAD), NAME_READABLE) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as trouble:
        what = Name(f"not TOML: {trouble}", f"不是合法的 TOML：{trouble}")
        raise _broken("toml-syntax", what) from trouble
    except msgspec.ValidationError as trouble:
        raise _broken("wrong-value", complaint(str(trouble))) from trouble
    if not (head.signals or head.network):
        what = Name("it names neither a file of signals nor a network", "既未指明信号文件，也未指明路网")
        raise _broken("district-without-signals", what)
    district = District(folder.name, folder, head)
    _refuse_missing(district)
    return district


def _refuse_missing(district: District) -> None:
    size = 0
    for name in district.head.named:
        path = district.folder / name
        if path.is_symlink() or not path.is_file():
            what = Name(f"there is no file {name}", f"没有文件 {name}")
            raise _broken("file-missing", what)
        size += path.stat().st_size
    if size > BYTES_MAX:
        what = Name(f"its files have more than {BYTES_MAX >> 20} MiB", f"其文件超过 {BYTES_MAX >> 20} MiB")
        raise Unsupported(what, district.id, Name("cut the district in two", "请将该片区一分为二"))


def _broken(rule: str, what: Name) -> BrokenSignals:
    return BrokenSignals((Problem(rule, Spot(HEAD), what, MEND),))
