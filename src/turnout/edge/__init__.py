"""Between the outside and the desk: what HTTP and sockets share, so that a command means the same by either.

Who asks and what they may (desk/access.py) is checked here, places are understood, refusals get their words, and row
changes of the board are cut to what somebody may see. Adapters above only translate wire to calls of this package.
"""
