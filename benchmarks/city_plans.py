"""Compare the first alarm of San Francisco's plans with what the real week sent first, by type of call.

Sent first: dispatched within 90 seconds of the call's first unit. A row says how many calls there were, what the plan
calls for, what was sent on average, and on what share of calls the numbers were the same.

    .venv/bin/python -m benchmarks.city_plans
"""

from collections import Counter, defaultdict

from turnout.city.folder import City, load_city, shipped_city
from turnout.city.simulated.week import RealCall, read_week

FIRST_S = 90
KINDS = {
    "engines": ("ENGINE",),
    "trucks": ("TRUCK",),
    "squads": ("RESCUE SQUAD",),
    "chiefs": ("CHIEF",),
    "ambulances": ("MEDIC", "PRIVATE"),
}
CAPABILITIES = {
    "engine": "engines",
    "truck": "trucks",
    "rescue": "squads",
    "battalion-chief": "chiefs",
    "division-chief": "chiefs",
    "transport": "ambulances",
    "als": "ambulances",
}


def planned(city: City, code: str) -> Counter[str]:
    """The first level of every agency's first plan for the type, without zone or hours."""
    counts: Counter[str] = Counter()
    for agency in city.catalogue.types[code].agencies:
        for plan in city.catalogue.plans:
            if plan.agency == agency and code in plan.types and plan.alarm_level == 1 and not plan.zones:
                for need in plan.needs:
                    counts[CAPABILITIES.get(need.capability, "")] += need.count
                break
    return Counter({kind: counts[kind] for kind in KINDS})


def sent_first(call: RealCall) -> Counter[str]:
    times = [each.dispatch_s for each in call.responses if each.dispatch_s is not None]
    if not times:
        return Counter()
    first = [each for each in call.responses if each.dispatch_s is not None and each.dispatch_s <= min(times) + FIRST_S]
    return Counter({kind: sum(each.unit_type in types for each in first) for kind, types in KINDS.items()})


def main() -> None:
    city = load_city(shipped_city("san-francisco"))
    assert city.artefacts.week is not None
    calls: dict[str, list[Counter[str]]] = defaultdict(list)
    for call in read_week(city.artefacts.week):
        engines = sum(each.unit_type == "ENGINE" for each in call.responses)
        code = city.type_of_call(call.call_type, call.final_priority, engines)
        sent = sent_first(call)
        if code and sent.total():
            calls[code].append(sent)
    print(f"{'type':6}{'calls':>6}  " + "".join(f"{kind:>22}" for kind in KINDS) + "    (plan / mean sent / same)")
    for code, sent_list in sorted(calls.items(), key=lambda item: -len(item[1])):
        plan = planned(city, code)
        cells = []
        for kind in KINDS:
            mean = sum(sent[kind] for sent in sent_list) / len(sent_list)
            same = sum(sent[kind] == plan[kind] for sent in sent_list) / len(sent_list)
            cells.append(f"{plan[kind]:>8} / {mean:.2f} / {same:4.0%}")
        print(f"{code:6}{len(sent_list):6}  " + "".join(f"{cell:>22}" for cell in cells))


if __name__ == "__main__":
    main()
