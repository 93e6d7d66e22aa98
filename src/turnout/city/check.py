"""`turnout city check`: everything that is wrong in a city folder, at once, with file, line, what and cure."""

from pathlib import Path
from typing import Final

from turnout.city.draft import read_draft
from turnout.city.problem import Problem, Spot
from turnout.city.rules import coverage_of_codes, plans, roads, service, typed_words, zones
from turnout.city.rules.references import TABLE_RULES, Rule
from turnout.words.name import Name

CITY_RULES: Final[tuple[Rule, ...]] = (
    *TABLE_RULES,
    plans.types_have_plans,
    plans.levels_follow_each_other,
    plans.fleet_can_meet_plans,
    plans.plans_do_not_tie,
    coverage_of_codes.stages_have_statuses,
    coverage_of_codes.agencies_have_codes,
    coverage_of_codes.reasons_of_every_kind,
    coverage_of_codes.clocks_have_standards,
    coverage_of_codes.somebody_may_run_it,
    coverage_of_codes.units_fit_their_agency,
    coverage_of_codes.names_are_in_both_languages,
    service.rests_are_times,
    service.coverage_standards_can_be_met,
    service.swaps_are_worth_it,
    service.signals_are_disarmed,
    service.consoles_lock,
    typed_words.words_mean_one_thing,
    zones.places_are_in_the_city,
    zones.zones_do_not_overlap,
    zones.zones_leave_no_gaps,
    zones.zones_are_in_the_city,
    zones.zones_name_agencies_of_the_discipline,
    roads.roads_lead_everywhere,
)


def check_city(folder: Path) -> tuple[Problem, ...]:
    """Every problem of the folder, errors first, then by file and line. Never raises for what is in the folder."""
    if not folder.is_dir():
        what = Name(f"{folder} is not a folder", f"{folder} 不是文件夹")
        cure = Name("name the folder that holds city.toml", "请指明含 city.toml 的文件夹")
        return (Problem("no-folder", Spot(str(folder)), what, cure),)
    draft = read_draft(folder)
    found = [*draft.problems, *(problem for rule in CITY_RULES for problem in rule(draft))]
    return tuple(sorted(found, key=lambda each: (each.severity != "error", each.spot.file, each.spot.line, each.rule)))
