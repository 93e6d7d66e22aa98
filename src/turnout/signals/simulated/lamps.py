"""What SUMO is told: a letter for each link of a signal, from what the groups show."""

from collections.abc import Sequence
from typing import Final

from turnout.signals.guard import Aspect
from turnout.signals.model import Junction

LETTERS: Final = {Aspect.RED: "r", Aspect.STARTING: "u", Aspect.GREEN: "G", Aspect.ENDING: "y"}


class Lamps:
    """The letters of one junction. A link that gives way to another that may drive shows `g`."""

    def __init__(self, junction: Junction) -> None:
        number = {group.id: i for i, group in enumerate(junction.groups)}
        of_link = {int(each.id): each for each in junction.movements}
        groups = {each.id: number[each.group] for each in junction.movements}
        self._links = [
            (number[of_link[i].group], tuple({groups[other] for other in of_link[i].yields_to}))
            if i in of_link
            else None
            for i in range(max(of_link) + 1)
        ]
        self._told: dict[tuple[Aspect, ...], str] = {}

    def state(self, shown: Sequence[Aspect]) -> str:
        key = tuple(shown)
        if key not in self._told:
            self._told[key] = "".join(self._letter(link, key) for link in self._links)
        return self._told[key]

    def _letter(self, link: tuple[int, tuple[int, ...]] | None, shown: tuple[Aspect, ...]) -> str:
        if link is None:
            return "O"
        group, before = link
        letter = LETTERS[shown[group]]
        return (
            "g" if letter == "G" and any(shown[other] in (Aspect.GREEN, Aspect.ENDING) for other in before) else letter
        )
