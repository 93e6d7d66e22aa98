"""`--seed N`: one run of the simulation, to see again what was found. Twice if need be: it is the same run."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, default=None, help="run the simulation with this seed only")


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int | None:
    given = request.config.getoption("--seed")
    return int(given) if given is not None else None
