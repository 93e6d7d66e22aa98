"""All verbs, by what they act on. Words must not repeat: a house test holds that."""

from typing import Final

from turnout.line.acts import console, corridors, incidents, roster, stations, streets, units
from turnout.line.verbs import Verb

VERBS: Final[tuple[Verb, ...]] = (
    *incidents.VERBS,
    *units.VERBS,
    *stations.VERBS,
    *corridors.VERBS,
    *roster.VERBS,
    *streets.VERBS,
    *console.VERBS,
)
BY_WORD: Final[dict[str, Verb]] = {word: verb for verb in VERBS for word in verb.words}
