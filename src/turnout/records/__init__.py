"""Read models of what has left the board: closed incidents and their course. Rebuilt from the journal at any time."""
