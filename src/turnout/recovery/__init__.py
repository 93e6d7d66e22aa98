"""Copies of a running city, bringing one back, and the drill that proves that it can be done (functions 7.9, 7.13)."""
