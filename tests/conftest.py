"""How property tests run: never against the clock; in CI always the same ones, in the soak many more."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("ci", settings.get_profile("house"), derandomize=True)
settings.register_profile("soak", settings.get_profile("house"), max_examples=2_000)
settings.load_profile(os.environ.get("TURNOUT_TESTS", "ci" if os.environ.get("CI") else "house"))
