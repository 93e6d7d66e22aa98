"""What must hold in a city folder. A rule reads a draft and yields the problems that it finds; it touches nothing."""
