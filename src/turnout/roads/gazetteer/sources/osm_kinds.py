"""Which OpenStreetMap tags make a common place, and of what kind; which make no street; which make a part of a city."""

from collections.abc import Mapping

NOT_STREETS = {
    "", "proposed", "construction", "platform", "bus_stop", "corridor", "elevator", "raceway", "rest_area", "services",
    "abandoned", "razed", "escape", "via_ferrata", "traffic_signals", "crossing", "street_lamp", "stop", "give_way",
}  # fmt: skip
PART_TAGS = {
    "place": {"suburb", "neighbourhood", "quarter", "borough", "city_block", "village", "hamlet", "town", "island"},
    "admin_level": {"8", "9", "10", "11"},
}
_KINDS_BY_KEY = {
    "amenity": {
        "hospital": "hospital", "clinic": "clinic", "doctors": "clinic", "fire_station": "fire_station",
        "police": "police_station", "bus_station": "station", "ferry_terminal": "pier", "townhall": "town_hall",
        "courthouse": "courthouse", "prison": "jail", "marketplace": "market", "university": "university",
        "college": "university", "kindergarten": "school", "school": "school", "library": "library",
        "theatre": "theatre", "place_of_worship": "place_of_worship",
    },
    "healthcare": {"hospital": "hospital", "clinic": "clinic"},
    "railway": {"station": "station", "halt": "station", "tram_stop": "station", "subway_entrance": "station"},
    "public_transport": {"station": "station"},
    "aeroway": {"aerodrome": "airport", "terminal": "airport", "helipad": "airport"},
    "leisure": {
        "park": "park", "garden": "park", "nature_reserve": "park", "playground": "park", "stadium": "stadium",
        "sports_centre": "stadium", "pitch": "stadium", "marina": "pier",
    },
    "natural": {"beach": "beach"},
    "tourism": {"hotel": "hotel", "hostel": "hotel", "motel": "hotel", "museum": "museum", "gallery": "museum"},
    "shop": {"mall": "shopping", "department_store": "shopping", "supermarket": "shopping"},
    "office": {"government": "government"},
    "man_made": {"pier": "pier", "bridge": "bridge", "tower": "landmark"},
}  # fmt: skip
_ANY_OF = {"amenity": "facility", "emergency": "facility", "tourism": "landmark", "historic": "landmark"}
_TOO_SMALL = {
    "parking", "parking_space", "parking_entrance", "bench", "atm", "bicycle_parking", "bicycle_rental", "car_sharing",
    "waste_basket", "vending_machine", "post_box", "drinking_water", "information", "recycling", "fire_hydrant", "no",
    "yes", "telephone", "toilets", "charging_station", "shelter", "artwork", "memorial",
}  # fmt: skip
"""Named or not, nobody gives these as the place of an emergency without saying what they are at."""


def kind_of(tags: Mapping[str, str]) -> str:
    """The kind of common place, empty for none."""
    for key, kinds in _KINDS_BY_KEY.items():
        if tags.get(key) in kinds:
            return kinds[tags[key]]
    return next((kind for key, kind in _ANY_OF.items() if tags.get(key, "no") not in _TOO_SMALL), "")
