"""A city as data: its folder, opened, checked and built; and the simulated city that runs on it."""
