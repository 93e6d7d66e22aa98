"""Addresses, crossings, common places, coordinates of a city: from what people type to a place, and back to words."""

from turnout.roads.gazetteer.answers import (
    Ambiguous,
    Contradictory,
    Described,
    OutOfCity,
    Suggestion,
    Unknown,
    Verdict,
    Verified,
)
from turnout.roads.gazetteer.city_gazetteer import SUGGESTIONS_MAX, TEXT_CHARS_MAX, Datum, Gazetteer
from turnout.roads.gazetteer.records import (
    CityNamed,
    CommonPlace,
    Crossing,
    GazetteerRecords,
    House,
    Neighbourhood,
    Numbers,
    OtherName,
    StreetSegment,
)
from turnout.roads.gazetteer.stored import SCHEMA_VERSION, GazetteerWriter, build_gazetteer

__all__ = [
    "SCHEMA_VERSION",
    "SUGGESTIONS_MAX",
    "TEXT_CHARS_MAX",
    "Ambiguous",
    "CityNamed",
    "CommonPlace",
    "Contradictory",
    "Crossing",
    "Datum",
    "Described",
    "Gazetteer",
    "GazetteerRecords",
    "GazetteerWriter",
    "House",
    "Neighbourhood",
    "Numbers",
    "OtherName",
    "OutOfCity",
    "StreetSegment",
    "Suggestion",
    "Unknown",
    "Verdict",
    "Verified",
    "build_gazetteer",
]
