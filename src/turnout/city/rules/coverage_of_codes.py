"""Codes that every desk needs: statuses for each stage, dispositions, reasons, time standards, groups, roles, names."""

from collections.abc import Iterable, Iterator
from typing import Final, get_args

from turnout.city.draft import Draft
from turnout.city.problem import Problem, Spot
from turnout.core.catalogue import Agency, Reason, TimeStandard
from turnout.words.name import Name

STAGES_NEEDED: Final = (
    "dispatched",
    "acknowledged",
    "enroute",
    "on-scene",
    "clearing",
    "available",
    "out-of-service",
    "off-duty",
)
"""A crew without one of these cannot say where it is with its incident (APCO ANS 1.116)."""
STAGES_OF_TRANSPORT: Final = ("transporting", "at-destination")
INTERVALS_NEEDED: Final = ("processing", "acknowledge", "turnout", "travel", "pending")
"""The clocks that a desk is judged by (NFPA 1225, 1710). The others may be left out."""
REASON_KINDS: Final = tuple(get_args(Reason.__annotations__["kind"]))


def _own(draft: Draft) -> list[Agency]:
    return [each.value for each in draft.agencies if not each.value.neighbour]


def stages_have_statuses(draft: Draft) -> Iterator[Problem]:
    transports = {kind.value.code for kind in draft.unit_kinds if kind.value.transports}
    carry = {unit.value.agency for unit in draft.units if unit.value.kind in transports}
    for agency in _own(draft):
        has = {each.value.stage for each in draft.statuses if each.value.agency in (None, agency.id)}
        for stage in (*STAGES_NEEDED, *(STAGES_OF_TRANSPORT if agency.id in carry else ())):
            if stage not in has:
                yield Problem(
                    "stage-without-status",
                    Spot("statuses.csv"),
                    Name(
                        f"{agency.id} has no status for the stage `{stage}`", f"{agency.id} 缺少阶段 `{stage}` 的状态"
                    ),
                    Name("add a line with that stage", "请添加该阶段的一行"),
                )


def agencies_have_codes(draft: Draft) -> Iterator[Problem]:
    """A disposition to close with, and a dispatch group to be routed to."""
    for agency in _own(draft):
        if not any(not each.value.agencies or agency.id in each.value.agencies for each in draft.dispositions):
            yield Problem(
                "agency-without-disposition",
                Spot("dispositions.csv"),
                Name(f"{agency.id} has no disposition to close an incident with", f"{agency.id} 没有可用的处置结果"),
                Name("add one, or leave `agencies` of one empty", "请添加一项，或把某项的 `agencies` 留空"),
            )
        if not any(agency.id in group.value.agencies for group in draft.groups):
            yield Problem(
                "agency-without-group",
                Spot("groups.toml"),
                Name(f"incidents of {agency.id} reach no dispatch group", f"{agency.id} 的警情不会到达任何调度组"),
                Name("name the agency in a group", "请把该机构写入某个调度组"),
            )


def reasons_of_every_kind(draft: Draft) -> Iterator[Problem]:
    has = {reason.value.kind for reason in draft.reasons}
    for kind in REASON_KINDS:
        if kind not in has:
            yield Problem(
                "reason-kind-missing",
                Spot("reasons.csv"),
                Name(f"there is no reason of the kind `{kind}`", f"缺少种类为 `{kind}` 的原因"),
                Name("add at least one line of that kind", "请至少添加一行该种类的原因"),
            )


def clocks_have_standards(draft: Draft) -> Iterator[Problem]:
    for standard in draft.standards:
        if standard.value.limit_s <= 0 or not 0 <= standard.value.priority <= 5:
            yield Problem(
                "bad-standard",
                standard.spot,
                Name(
                    f"{standard.value.interval}: limit {standard.value.limit_s} s, priority {standard.value.priority}",
                    f"{standard.value.interval}：限 {standard.value.limit_s} 秒，优先级 {standard.value.priority}",
                ),
                Name(
                    "a limit is above 0 s, a priority 1 to 5, or 0 for any", "时限应大于 0 秒；优先级 1 至 5，0 为任意"
                ),
            )
    for agency in _own(draft):
        for interval in INTERVALS_NEEDED:
            if not _has_standard((each.value for each in draft.standards), agency, interval):
                yield Problem(
                    "standard-missing",
                    Spot("standards.csv"),
                    Name(
                        f"{agency.id} has no time standard for `{interval}` at any priority",
                        f"{agency.id} 缺少 `{interval}` 的通用时限",
                    ),
                    Name(
                        "add a line with priority 0: a clock that is not set never rings",
                        "请添加优先级 0 的一行，否则不会报警",
                    ),
                    "warning",
                )


def _has_standard(standards: Iterable[TimeStandard], agency: Agency, interval: str) -> bool:
    mine = [each for each in standards if each.interval == interval and each.agency in (None, agency.id)]
    priorities = {each.priority for each in mine}
    return 0 in priorities or priorities >= {1, 2, 3, 4, 5}


def somebody_may_run_it(draft: Draft) -> Iterator[Problem]:
    granted = {right for role in draft.roles for right in role.value.may}
    for right in ("calls", "dispatch", "field", "tables", "read", "oversee"):
        if right not in granted and "*" not in granted:
            yield Problem(
                "right-without-role",
                Spot("roles.toml"),
                Name(f"no role may `{right}`", f"没有角色具有 `{right}` 权限"),
                Name("add it to `may` of a role", "请把它加入某个角色的 `may`"),
            )


def units_fit_their_agency(draft: Draft) -> Iterator[Problem]:
    disciplines = {agency.value.id: agency.value.discipline for agency in draft.agencies}
    kinds = {kind.value.code: kind.value.discipline for kind in draft.unit_kinds}
    crews = {unit.value.id: set(unit.value.crew_shared_with) for unit in draft.units}
    for unit in draft.units:
        kind, agency = kinds.get(unit.value.kind), disciplines.get(unit.value.agency)
        if kind and agency and kind != agency:
            yield Problem(
                "unit-of-other-discipline",
                unit.spot,
                Name(
                    f"{unit.value.id} is a {kind} unit of the {agency} agency {unit.value.agency}",
                    f"{unit.value.id} 的种类与机构 {unit.value.agency} 的性质不符",
                ),
                Name("give it a kind or an agency of one discipline", "请让种类与机构性质一致"),
                "warning",
            )
        for other in unit.value.crew_shared_with:
            if unit.value.id not in crews.get(other, {unit.value.id}):
                yield Problem(
                    "crew-shared-one-way",
                    unit.spot,
                    Name(
                        f"{unit.value.id} shares a crew with {other}, but {other} does not with {unit.value.id}",
                        f"{unit.value.id} 与 {other} 共用人员，但 {other} 一行没有写 {unit.value.id}",
                    ),
                    Name("name each in the other's `crew_shared_with`", "请在两行的 `crew_shared_with` 中互相写明"),
                )


def names_are_in_both_languages(draft: Draft) -> Iterator[Problem]:
    named: list[tuple[Name, Spot]] = [
        *((each.value.name, each.spot) for each in draft.agencies),
        *((each.value.name, each.spot) for each in draft.stations),
        *((each.value.name, each.spot) for each in draft.unit_kinds),
        *((each.value, each.spot) for each in draft.capabilities.values()),
        *((each.value.name, each.spot) for each in draft.types),
        *((each.value.name, each.spot) for each in draft.zones),
        *((each.value.name, each.spot) for each in draft.statuses),
        *((each.value.name, each.spot) for each in draft.dispositions),
        *((each.value.name, each.spot) for each in draft.reasons),
        *((each.value.name, each.spot) for each in draft.hospitals),
        *((each.value.name, each.spot) for each in draft.roles),
        *((each.value.name, each.spot) for each in draft.groups),
    ]
    for name, spot in named:
        if not name.en.strip() or not name.zh.strip():
            yield Problem(
                "name-missing",
                spot,
                Name(f"a name lacks its {'English' if not name.en.strip() else 'Chinese'}", "名称缺少一种语言"),
                Name("write the name in both languages", "请写全两种语言的名称"),
                "warning",
            )
