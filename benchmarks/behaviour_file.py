"""Write a city's `behaviour.toml` from fits: measured spreads, shares, and (marked so) what had to be assumed."""

import re
from collections.abc import Mapping
from pathlib import Path

from benchmarks.fitting import Fit
from turnout.city.simulated.behaviour import ANY, Key

HEAD = """\
# How long things take in San Francisco's simulated city. Written by `python -m benchmarks.calibration` from the real
# week (DataSF, Fire Department Calls for Service, 2016-12-31 to 2017-01-07, PDDL); pictures in benchmarks/calibration/.
# [[spread]] seconds: an interval, for a unit type (as the fire department names them), a group of call, a final
#   priority (3 is lights and siren). What is missing means any; the most particular entry counts. Families:
#   lognormal mu sigma; gamma shape scale; mixture share mu1 sigma1 mu2 sigma2; quantiles evenly spaced.
#   zero_share of the real intervals is exactly zero (on view, or two buttons at once). Draws stay in least..most.
# [[share]] how often an arrived crew transports, how often a responding crew is sent back before arrival.
# What was not in the data is under "assumed" at the end, with the reason. Edit that part by hand; it is carried over.
"""
ASSUMED_MARK = "# ---- assumed: not measured, edit freely ----"
LEFT_OUT = ("travel",)
"""Drives to a scene follow the roads, not a spread; the fits are in the table for comparison only."""


def write(
    path: Path, fits: Mapping[Key, Fit], shares: Mapping[Key, tuple[float, int]], groups: Mapping[str, str]
) -> None:
    assumed = _assumed(path)
    parts = [HEAD, "\n[call_groups]\n", *(f'"{kind}" = "{group}"\n' for kind, group in sorted(groups.items()))]
    parts += [_spread(key, fit) for key, fit in fits.items() if key[0] not in LEFT_OUT]
    parts += [_share(key, share, n) for key, (share, n) in sorted(shares.items())]
    path.write_text("".join(parts) + "\n" + ASSUMED_MARK + assumed, encoding="utf-8")


def _assumed(path: Path) -> str:
    if not path.exists():
        return "\n"
    text = path.read_text(encoding="utf-8")
    return text.split(ASSUMED_MARK, 1)[1] if ASSUMED_MARK in text else "\n"


def _where(key: Key) -> str:
    names = zip(("unit_type", "group", "priority"), key[1:], strict=True)
    return "".join(f'{name} = "{value}"\n' for name, value in names if value != ANY)


def _spread(key: Key, fit: Fit) -> str:
    numbers = ", ".join(f"{p:.4g}" if fit.family != "quantiles" else f"{p:.0f}" for p in fit.parameters)
    return (
        f'\n[[spread]]\ninterval = "{key[0]}"\n{_where(key)}family = "{fit.family}"\n'
        f"parameters = [{_floats(numbers)}]\nzero_share = {fit.zero_share:.4f}\n"
        f"least = {fit.least:.1f}\nmost = {fit.most:.1f}\nn = {fit.n}\nks = {fit.ks:.3f}\n"
    )


def _share(key: Key, share: float, n: int) -> str:
    return f'\n[[share]]\nwhat = "{key[0]}"\n{_where(key)}share = {share:.3f}\nn = {n}\n'


def _floats(numbers: str) -> str:
    """TOML tells integers from floats; a spread's parameters are floats."""
    return re.sub(r"(?<![\d.e+-])(-?\d+)(?![\d.e])", r"\1.0", numbers)
