"""Junctions with signals that a corridor can ask, as a list: for who writes the traffic authority's permission."""

from collections.abc import Iterable

import msgspec

from turnout.signals.sites import Site
from turnout.words.name import Name


class SiteCard(msgspec.Struct, frozen=True):
    """`at`: degrees of longitude and latitude (WGS 84)."""

    id: str
    name: Name
    at: tuple[float, float]


class SiteCards(msgspec.Struct, frozen=True):
    sites: tuple[SiteCard, ...] = ()


def site_cards(sites: Iterable[Site]) -> SiteCards:
    """By identity."""
    cards = (SiteCard(site.id, site.junction.name, (site.place.lon, site.place.lat)) for site in sites)
    return SiteCards(tuple(sorted(cards, key=lambda card: card.id)))
