"""How a shipped city was made from its own open data: one package per city."""
