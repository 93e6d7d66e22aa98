"""The simulated city: callers, colleagues and crews who use Turnout only through its public interface, as real ones do.

Everything that happens in it follows from a seed and from what the product answers. It is calibrated on the real week's
timestamps (`benchmarks/calibration.py`); what is assumed and not measured says so in the city's `behaviour.toml`.
"""
