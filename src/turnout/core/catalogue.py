"""The city's tables, as the rules read them: agencies, stations, units, types, plans, codes.

The catalogue is data that a city writes (`city/`), published into the journal by `PublishCatalogue`, so that a
replay always sees the tables that were in force. Geometry (roads, zone outlines, gazetteer) is not in it.
"""

from typing import Literal

import msgspec

from turnout.core.limits import Whole
from turnout.core.units.station_alert import Channel
from turnout.words.identity import AgencyId, StationId, UnitId, ZoneId
from turnout.words.name import Name
from turnout.words.place import Place

Discipline = Literal["fire", "ems", "police", "services"]


class Agency(msgspec.Struct, frozen=True):
    """Who answers. `series` makes its incident numbers: `F{yy}{n:06}` gives `F26000123` (yy = UTC year of opening)."""

    id: AgencyId
    name: Name
    discipline: Discipline
    series: str
    neighbour: bool = False
    """A mutual-aid agency from outside the city: asked only where a plan says so."""
    rest_s: Whole = 0
    """How long its crews rest after an incident before they are proposed for what can wait (2.1); 0: not at all."""
    alert_by: tuple[Channel, ...] = ()
    """How its stations are alerted, the first way first; a way that fails is followed by the next (2.5). Empty: the
    program alerts none by itself."""


class Station(msgspec.Struct, frozen=True):
    id: StationId
    name: Name
    agency: AgencyId
    place: Place
    address: str = ""
    keep_available: dict[str, Whole] = {}
    """Capability → how many units are to stay available here (hold-back for coverage)."""
    phone: str = ""
    """Of the watch room: for an alert that is not answered, and for the day on which nothing else works."""


class UnitKind(msgspec.Struct, frozen=True):
    """What sort of unit it is: engine, truck, ambulance, patrol car. `turnout_s` is its standard turnout time."""

    code: str
    name: Name
    discipline: Discipline
    capabilities: tuple[str, ...]
    crew_min: Whole
    turnout_s: Whole
    rank: Whole = 50
    """For the primary unit of an incident: the lowest rank on it leads (6.3)."""
    transports: bool = False
    rest_s: Whole | None = None
    """As the agency's, for this kind; None: what the agency says."""


class UnitEntry(msgspec.Struct, frozen=True):
    id: UnitId
    kind: str
    agency: AgencyId
    station: StationId
    capabilities: tuple[str, ...] = ()
    """Beyond those of its kind."""
    crew_shared_with: tuple[UnitId, ...] = ()
    """Cross-staffing: when one of them goes, the others drop out (3.2)."""
    aliases: tuple[str, ...] = ()


class IncidentType(msgspec.Struct, frozen=True):
    code: str
    name: Name
    agencies: tuple[AgencyId, ...]
    """Lead agency first; each further one gets its own number on the same incident (or a child, where split)."""
    priority: Whole
    """1 is the most urgent, 5 the least; the default that a person may override (logged)."""
    aliases: tuple[str, ...] = ()
    """Short forms for the command line, in either language; pinyin initials are derived by themselves."""
    subtypes: tuple[str, ...] = ()
    advise_only: bool = False
    """Gets a number and may be closed at once, with no unit (1.3)."""
    decision_first: bool = False
    """Held for a human decision before dispatch (1.18)."""
    scene_arrival_required: bool = True
    """Whether a unit must have arrived before the incident may close without an override (3.24)."""
    duplicate_radius_m: Whole = 150
    duplicate_window_s: Whole = 3600
    look_back_days: Whole = 365
    """How far premise history looks back (1.13)."""
    close_requires: tuple[str, ...] = ()
    """Fields of the incident that must be filled before it may close (6.1), e.g. `narrative`, `patients`."""
    questions: tuple["Question", ...] = ()


class Question(msgspec.Struct, frozen=True):
    """One scripted triage question (2.3). An answer may set the determinant, the priority and the next question."""

    code: str
    text: Name
    answers: tuple["TriageAnswer", ...]


class TriageAnswer(msgspec.Struct, frozen=True):
    code: str
    text: Name
    determinant: str = ""
    priority: Whole = 0
    type: str = ""
    next: str = ""


class Need(msgspec.Struct, frozen=True):
    """So many units with a capability. `role` is what they do there (`attack`, `transport`)."""

    capability: str
    count: Whole
    role: str = ""


class DayHours(msgspec.Struct, frozen=True):
    """A window of the local week: days 1 (Monday) to 7, minutes of the day `[from_min, to_min)`; may cross midnight."""

    days: tuple[Whole, ...]
    from_min: Whole
    to_min: Whole


class ResponsePlan(msgspec.Struct, frozen=True):
    """A run card (2.8). Empty `types`, `zones` or `hours` mean any. Levels add up: level 2 sends 1's needs and its own.

    Of the plans that fit, the most particular wins: zone before type before hours, then the order of the file.
    """

    id: str
    name: Name
    agency: AgencyId
    types: tuple[str, ...] = ()
    zones: tuple[ZoneId, ...] = ()
    hours: tuple[DayHours, ...] = ()
    alarm_level: Whole = 1
    needs: tuple[Need, ...] = ()
    mutual_aid: tuple[AgencyId, ...] = ()
    order_kind: Literal["soonest", "rotation"] = "soonest"
    max_travel_s: Whole = 3600


class Zone(msgspec.Struct, frozen=True):
    """An area that selects a plan or an agency. The outline lives in the city folder, not here."""

    id: ZoneId
    name: Name
    kind: Literal["beat", "first-due", "neighbourhood", "special"]
    agency: AgencyId | None = None
    station: StationId | None = None
    group: str = ""
    """The dispatch group that answers for it (1.17)."""
    agencies: dict[Discipline, AgencyId] = {}
    """Who answers here, by discipline, where the city has several of one (1.15)."""
    stations: dict[Discipline, StationId] = {}
    """Which station is first due here, by discipline, beside `station` (1.15)."""


class StatusCode(msgspec.Struct, frozen=True):
    """An agency's own status and the common stage it stands for (APCO ANS 1.116), with its short forms."""

    code: str
    name: Name
    stage: str
    """One of `turnout.core.board.STAGES`."""
    agency: AgencyId | None = None
    aliases: tuple[str, ...] = ()


class Disposition(msgspec.Struct, frozen=True):
    code: str
    name: Name
    agencies: tuple[AgencyId, ...] = ()
    aliases: tuple[str, ...] = ()


class Reason(msgspec.Struct, frozen=True):
    """A coded reason, for one kind of act."""

    code: str
    kind: Literal["out-of-service", "bypass", "cancel", "override", "late", "strike", "preempt", "reopen"]
    name: Name


class TimeStandard(msgspec.Struct, frozen=True):
    """How long an interval may take (NFPA 1710 names), per agency and priority; `warn_s` before it is overdue."""

    interval: Literal[
        "processing",
        "acknowledge",
        "turnout",
        "travel",
        "on-scene",
        "roll-call",
        "callback",
        "pending",
        "alert",
        "hand-over",
    ]
    limit_s: Whole
    agency: AgencyId | None = None
    priority: Whole = 0
    """0: any."""


class CoverageStandard(msgspec.Struct, frozen=True):
    """How soon somebody is to be able to be anywhere (2.6): within `travel_s` of driving, turnout not counted.

    NFPA 1710 4.1.2: the first engine within 240 s, advanced life support within 480 s of travel.
    """

    id: str
    name: Name
    discipline: Discipline
    """Whose calls it is about: they weigh the city's places."""
    capability: str
    travel_s: Whole


class Hospital(msgspec.Struct, frozen=True):
    id: str
    name: Name
    place: Place
    address: str = ""
    aliases: tuple[str, ...] = ()
    phone: str = ""
    """Of the emergency department."""


class Hydrant(msgspec.Struct, frozen=True):
    id: str
    place: Place


class Role(msgspec.Struct, frozen=True):
    """What an account may do (7.5): commands, or groups `calls`, `dispatch`, `field`, `tables`, `read`, `*`."""

    code: str
    name: Name
    may: tuple[str, ...]
    cannot_see: tuple[str, ...] = ()
    """Areas of `core/fields.py` that are not shown to it: `persons`, `premises`, `calls`."""
    cannot_change: tuple[str, ...] = ()
    """Areas that its commands may not touch: `priority`, `type`, `place`, `persons`, `premises`, `tables.<name>`."""


class AlarmKind(msgspec.Struct, frozen=True):
    """What a monitored alarm calls itself, and the type of incident that it is (1.16)."""

    code: str
    name: Name
    type: str
    subtype: str = ""


class Group(msgspec.Struct, frozen=True):
    """A dispatch group: which agencies and zones it answers for (1.17, 7.17)."""

    id: str
    name: Name
    agencies: tuple[AgencyId, ...] = ()


class InfoFile(msgspec.Struct, frozen=True):
    """A procedure or contact list, recalled by a short name from the command line (7.19)."""

    short: str
    title: Name
    text: Name


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """All tables of one city. `version` is the hash of its content, by which the console knows that it changed."""

    city: str
    name: Name
    time_zone: str
    """IANA name; only screens, plans by hour and the year in a number read it."""
    utc_offset_min: Whole = 0
    """Filled in at publication for rules by hour of the local day; changed by publishing again."""
    version: str = ""
    folder_version: str = ""
    """Version of the city folder that these tables come from, or were changed from; empty: of none (7.7)."""
    agencies: dict[AgencyId, Agency] = {}
    stations: dict[StationId, Station] = {}
    unit_kinds: dict[str, UnitKind] = {}
    units: dict[UnitId, UnitEntry] = {}
    capabilities: dict[str, Name] = {}
    types: dict[str, IncidentType] = {}
    plans: tuple[ResponsePlan, ...] = ()
    zones: dict[ZoneId, Zone] = {}
    statuses: tuple[StatusCode, ...] = ()
    dispositions: dict[str, Disposition] = {}
    reasons: dict[str, Reason] = {}
    standards: tuple[TimeStandard, ...] = ()
    coverage: tuple[CoverageStandard, ...] = ()
    swap_gain_s: Whole = 120
    """So much sooner must a free unit be than one still on its way for a swap to be suggested (3.16). Two minutes: a
    prediction errs by about one, and turning a crew round costs both crews and the radio something."""
    signals_armed_h: Whole = 12
    """So many hours signals may be armed at a time (15.4): a long shift. Who is responsible then arms them again."""
    hospitals: dict[str, Hospital] = {}
    hydrants: dict[str, Hydrant] = {}
    roles: dict[str, Role] = {}
    groups: dict[str, Group] = {}
    info: dict[str, InfoFile] = {}
    alarm_kinds: dict[str, AlarmKind] = {}
