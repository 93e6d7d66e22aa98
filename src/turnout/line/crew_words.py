"""Who is on a unit, in what, and from when to when, as a line says it (3.4, 3.5, 3.6).

A crew is staff numbers, each with a name and skills where they are wanted: `2041 2042=Chen/als`. What is not a person
is marked: `#R112` the vehicle, `+drone` equipment, `@S15` the station, `12034km` the odometer. Times are the city's
own: `0700-1900`, with `tomorrow` or a day (`12-24`, `2026-12-24`) before them.
"""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from turnout.core.board import CrewMember
from turnout.core.catalogue import Catalogue
from turnout.line.tokens import key_of
from turnout.line.trouble import CannotRead
from turnout.words.moment import SECOND_MS, Moment
from turnout.words.name import Name

ODOMETER = re.compile(r"(\d{1,7}(?:\.\d{1,3})?)(?:km|公里)")
RANGE = re.compile(r"(\d{1,2}):?(\d{2})?-(\d{1,2}):?(\d{2})?")
CLOCK = re.compile(r"(\d{1,2}):?(\d{2})")
DAY = re.compile(r"(?:(\d{4})-)?(\d{1,2})-(\d{1,2})")
TOMORROW = frozenset({"tomorrow", "tmr", "明天", "mt"})


class Aboard(msgspec.Struct, frozen=True, kw_only=True):
    """What the words after `ON` or after a shift's times say. Empty: nothing was said of it."""

    crew: tuple[CrewMember, ...] = ()
    vehicle: str = ""
    equipment: tuple[str, ...] = ()
    station: str = ""
    odometer_km: float | None = None

    def said(self) -> Name:
        """As it is shown before Enter: staff numbers with their skills, then what is not a person."""
        crew = [member.staff + "".join(f"/{skill}" for skill in member.skills) for member in self.crew]
        km = "" if self.odometer_km is None else f"{self.odometer_km:g}"
        parts_en = [f"crew {', '.join(crew)}" if crew else "", f"vehicle {self.vehicle}" if self.vehicle else ""]
        parts_zh = [f"人员 {'、'.join(crew)}" if crew else "", f"车辆 {self.vehicle}" if self.vehicle else ""]
        parts_en += [f"with {', '.join(self.equipment)}" if self.equipment else "", f"{km} km" if km else ""]
        parts_zh += [f"装备 {'、'.join(self.equipment)}" if self.equipment else "", f"{km} 公里" if km else ""]
        parts_en.append(f"at {self.station}" if self.station else "")
        parts_zh.append(f"在 {self.station}" if self.station else "")
        return Name("; ".join(filter(None, parts_en)), "；".join(filter(None, parts_zh)))


def aboard(words: list[str], tables: Catalogue | None) -> Aboard:
    """Raises `CannotRead` naming the word that cannot be meant."""
    crew: list[CrewMember] = []
    equipment: list[str] = []
    vehicle, station, odometer_km = "", "", None
    for said in words:
        key = key_of(said)
        if key.startswith("#") and len(key) > 1:
            vehicle = said[1:]
        elif key.startswith("+") and len(key) > 1:
            equipment.append(said[1:])
        elif key.startswith("@") and len(key) > 1:
            station = _station(said[1:], tables)
        elif (read := ODOMETER.fullmatch(key)) is not None:
            odometer_km = float(read[1])
        else:
            crew.append(_member(said, tables))
    return Aboard(
        crew=tuple(crew), vehicle=vehicle, equipment=tuple(equipment), station=station, odometer_km=odometer_km
    )


def _member(said: str, tables: Catalogue | None) -> CrewMember:
    first, *skills = said.split("/")
    staff, _, name = first.partition("=")
    if not staff or key_of(staff).startswith(("+", "#", "@")):
        raise CannotRead("not-staff", Name(f"“{said}” is no staff number", f"“{said}”不是工号"))
    return CrewMember(staff, name, tuple(_skill(skill, tables) for skill in skills if skill))


def _skill(said: str, tables: Catalogue | None) -> str:
    """A capability by its code or its name: a skill that no plan could ask for would be a typing error."""
    known = tables.capabilities if tables is not None else {}
    for code, name in known.items():
        if key_of(said) in (key_of(code), key_of(name.en), key_of(name.zh)):
            return code
    raise CannotRead("not-a-skill", Name(f"this city knows no skill “{said}”", f"本市没有技能“{said}”"))


def _station(said: str, tables: Catalogue | None) -> str:
    for id, station in tables.stations.items() if tables is not None else ():
        if key_of(said) in (key_of(id), key_of(station.name.en), key_of(station.name.zh)):
            return id
    raise CannotRead("not-a-station", Name(f"“{said}” is not a station", f"“{said}”不是站点"))


class Hours(msgspec.Struct, frozen=True):
    begins: Moment
    ends: Moment
    rest: list[str]
    """The words after the times."""

    def said(self, zone: ZoneInfo) -> str:
        first, last = (datetime.fromtimestamp(at / SECOND_MS, zone) for at in (self.begins, self.ends))
        return f"{first:%Y-%m-%d %H:%M} – {last:%m-%d %H:%M}"


def hours(words: list[str], now: Moment, zone: ZoneInfo) -> Hours:
    """The times that the first words name. Without a day: the next that is not over. Raises `CannotRead`."""
    today = datetime.fromtimestamp(now / SECOND_MS, zone).date()
    day, rest = _day(words, today)
    read = RANGE.fullmatch(key_of(rest[0])) if rest else None
    if read is None:
        said = rest[0] if rest else ""
        raise CannotRead(
            "no-times",
            Name(f"times are wanted, as 0700-1900, not “{said}”", f"此处应为时间，如 0700-1900，不是“{said}”"),
        )
    from_h, from_min, to_h, to_min = (int(part or 0) for part in read.groups())
    found = _between(day or today, (from_h, from_min), (to_h, to_min), zone)
    if day is None and found[1] <= now:
        found = _between(today + timedelta(days=1), (from_h, from_min), (to_h, to_min), zone)
    return Hours(*found, rest[1:])


def _day(words: list[str], today: date) -> tuple[date | None, list[str]]:
    if not words:
        return None, words
    key = key_of(words[0])
    if key in TOMORROW:
        return today + timedelta(days=1), words[1:]
    read = DAY.fullmatch(key) if RANGE.fullmatch(key) is None or (len(words) > 1 and _is_range(words[1])) else None
    if read is None:
        return None, words
    years = (int(read[1]),) if read[1] is not None else (today.year, today.year + 1)
    for year in years:
        day = _day_of(year, int(read[2]), int(read[3]))
        if day is not None and (read[1] is not None or day >= today):
            return day, words[1:]
    raise CannotRead("no-day", Name(f"“{words[0]}” is no day", f"“{words[0]}”不是日期"))


def _day_of(year: int, month: int, day: int) -> date | None:
    """29 February is in few years."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _is_range(said: str) -> bool:
    return RANGE.fullmatch(key_of(said)) is not None


def _between(day: date, first: tuple[int, int], last: tuple[int, int], zone: ZoneInfo) -> tuple[Moment, Moment]:
    """On that day; ending at or before its beginning, it ends on the next."""
    if max(first[0], last[0]) > 24 or max(first[1], last[1]) > 59:
        raise CannotRead("no-times", Name("a day has 24 hours", "一天只有 24 小时"))
    begins = _moment(day, first, zone)
    ends = _moment(day if last > first else day + timedelta(days=1), last, zone)
    return begins, ends


def _moment(day: date, time: tuple[int, int], zone: ZoneInfo) -> Moment:
    """Wall time in the city, the first of two alike; `2400` is the next day's midnight. Raises `CannotRead`."""
    day, hour = (day + timedelta(days=1), 0) if time[0] == 24 else (day, time[0])
    local = datetime(day.year, day.month, day.day, hour, time[1], tzinfo=zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        said = f"{hour:02}:{time[1]:02}"
        en = f"there is no {said} on {day:%Y-%m-%d}: clocks are put forward"
        raise CannotRead("no-such-time", Name(en, f"{day:%Y-%m-%d} 没有 {said}：当日时钟拨快"))
    return Moment(int(moment.timestamp() * SECOND_MS))


def clock_of(said: str) -> tuple[int, int] | None:
    """`0700`, `7:00`."""
    read = CLOCK.fullmatch(key_of(said))
    return None if read is None else (int(read[1]), int(read[2]))


def local_clock(at: Moment, zone: ZoneInfo) -> tuple[int, int]:
    local = datetime.fromtimestamp(at / SECOND_MS, zone)
    return local.hour, local.minute


def zone_of(tables: Catalogue | None) -> ZoneInfo:
    return ZoneInfo(tables.time_zone if tables is not None else "UTC")
