"""The end of an incident over the API and the command line: ranking, reasons, agencies' own dispositions, reopening."""

from tests.adapters.http.room import Room


async def test_the_report_ranks_units_times_their_legs_and_a_person_may_say_otherwise(she: Room) -> None:
    """6.3, 6.7."""
    id, tag = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    await she.does(f"D E01 E07 {tag}")
    await she.does("S E07 ENR")
    await she.does("S E07 ONS")
    report = await she.asks(f"incidents/{tag}/report")
    fire = next(agency for agency in report["agencies"] if agency["agency"] == "FIRE")
    assert (fire["primary"], fire["secondary"], fire["chosen"]) == ("E07", ["E01"], None)
    legs = {unit["unit"]: [leg["leg"] for leg in unit["legs"]] for unit in report["units"]}
    assert legs == {"E01": ["turnout"], "E07": ["turnout", "travel", "on-scene"]}
    await she.does(f"PU {tag} E01; took command")
    fire = next(one for one in (await she.asks(f"incidents/{id}/report"))["agencies"] if one["agency"] == "FIRE")
    assert (fire["primary"], fire["chosen"]["reason"]) == ("E01", "took command")
    await she.does(f"PU {tag} FIRE AUTO; was a mistake")
    assert (await she.asks(f"incidents/{id}"))["primary_chosen"] == {}
    assert not (await she.says(f"PU {tag} E07"))["answer"]["ok"]


async def test_an_agency_whose_units_left_gets_its_own_disposition_by_a_line(she: Room) -> None:
    """6.2."""
    id, tag = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    await she.does(f"D E07 {tag}")
    await she.does("S E07 ONS")
    agencies = [one["agency"] for one in (await she.asks(f"incidents/{tag}/report"))["agencies"]]
    for agency in agencies[1:]:
        await she.does(f"DS {tag} {agency} SVC")
    await she.does("C E07")
    report = await she.asks(f"incidents/{id}/report")
    assert {one["agency"] for one in report["agencies"] if not one["disposition"]} == {agencies[0]}
    await she.does(f"DS {tag} {agencies[0]} SVC")
    assert (await she.asks(f"incidents/{id}"))["status"] == "closed"


async def test_reopening_by_a_line_takes_the_citys_reason_and_a_note(she: Room) -> None:
    """4.11."""
    id, tag = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    await she.does(f"K {tag} false-call")
    wrong = await she.says(f"W {tag} because")
    assert (wrong["understood"], wrong["error"]["code"]) == (False, "wanted")
    await she.does(f"W {tag} more-work; smoke again")
    row = await she.asks(f"incidents/{id}")
    assert (row["status"], row["narrative"][-1]["text"]) == ("pending", "smoke again")
