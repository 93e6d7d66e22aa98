"""Turnout: a city's operations room in one program."""
