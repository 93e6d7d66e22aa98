"""Who answers at a place, by discipline (1.15): from the areas that it lies in, the most particular first."""

from typing import Any

import msgspec
import pytest

from turnout.core.answering import Answering, agencies_in, answering_in
from turnout.core.catalogue import Agency, Catalogue, Zone
from turnout.core.incidents.commands import OpenIncident, Retype
from turnout.core.tables.commands import PublishCatalogue
from turnout.words.name import Name


def named(text: str) -> Name:
    return Name(text, text)


@pytest.fixture
def two_ambulance_services(a_city: Catalogue) -> Catalogue:
    """EMS for the city, EM2 for the harbour; beat B1 is the police's, F1 the fire service's."""
    harbour = Zone("N1", named("Harbour"), "neighbourhood", agencies={"ems": "EM2"}, stations={"ems": "S2"})
    first_due = msgspec.structs.replace(a_city.zones["F1"], station="S1", stations={"ems": "S1", "police": "S2"})
    agencies = a_city.agencies | {"EM2": Agency("EM2", named("Harbour medical"), "ems", "H{yy}{n:06}")}
    return msgspec.structs.replace(
        a_city, agencies=agencies, zones=a_city.zones | {"N1": harbour, "F1": first_due}, version="2"
    )


def test_an_area_gives_agency_station_and_beat_per_discipline(two_ambulance_services: Catalogue) -> None:
    zones = {"beat": "B1", "first-due": "F1", "neighbourhood": "N1"}
    assert answering_in(two_ambulance_services, zones) == (
        Answering("fire", "FD", "S1"),
        Answering("ems", "EM2", "S1"),
        Answering("police", "PD", "S2", "B1"),
    )
    assert answering_in(two_ambulance_services, {"neighbourhood": "N1"}) == (Answering("ems", "EM2", "S2"),)
    assert answering_in(two_ambulance_services, {"beat": "GONE"}) == ()


def test_an_incident_goes_to_the_agency_of_its_area(
    room: Any, admin: Any, at_place: Any, two_ambulance_services: Catalogue
) -> None:
    room.do(PublishCatalogue(catalogue=two_ambulance_services), actor=admin)
    room.opened("I1", "MED", location=at_place(neighbourhood="N1"))
    room.opened("I2", "MED", location=at_place())
    assert (room.incident("I1").agencies, room.incident("I2").agencies) == (("EM2",), ("EMS",))
    assert room.incident("I1").numbers == {"EM2": "H26000001"}
    room.opened("I3", "CRASH", location=at_place(neighbourhood="N1"))
    assert room.incident("I3").agencies == ("PD", "EM2")


def test_what_a_person_names_is_not_changed_by_the_area(
    room: Any, admin: Any, at_place: Any, two_ambulance_services: Catalogue
) -> None:
    room.do(PublishCatalogue(catalogue=two_ambulance_services), actor=admin)
    place = at_place(neighbourhood="N1")
    room.do(OpenIncident(incident_id="I1", type="MED", location=place, agencies=("EMS",)))
    assert room.incident("I1").agencies == ("EMS",)


def test_another_type_brings_the_agencies_of_the_area(
    room: Any, admin: Any, at_place: Any, two_ambulance_services: Catalogue
) -> None:
    room.do(PublishCatalogue(catalogue=two_ambulance_services), actor=admin)
    room.opened("I1", "FIRE", location=at_place(neighbourhood="N1"))
    room.do(Retype(incident_id="I1", was="FIRE", type="MED"))
    assert room.incident("I1").agencies[0] == "EM2"
    assert "EMS" not in room.incident("I1").agencies


def test_a_type_that_names_two_of_one_discipline_means_just_these(two_ambulance_services: Catalogue) -> None:
    both = msgspec.structs.replace(two_ambulance_services.types["MED"], agencies=("EMS", "EM2"))
    assert agencies_in(two_ambulance_services, both, {"neighbourhood": "N1"}) == ("EMS", "EM2")


def test_a_neighbour_answers_only_where_an_area_names_it(two_ambulance_services: Catalogue) -> None:
    beat = Zone("X1", named("Border"), "beat", agency="NB")
    outright = msgspec.structs.replace(beat, id="X2", agencies={"fire": "NB"})
    tables = msgspec.structs.replace(
        two_ambulance_services, zones=two_ambulance_services.zones | {"X1": beat, "X2": outright}
    )
    assert agencies_in(tables, tables.types["FIRE"], {"beat": "X1"}) == ("FD",)
    assert agencies_in(tables, tables.types["FIRE"], {"beat": "X2"}) == ("NB",)
