"""Answering a person who asks what is kept of them, and putting it right (GDPR articles 15, 16; PIPL articles 45, 46).

Of one incident or call that the person names, and of one card in it: there is no search by person (charter). It asks a
running server like any program, so each opening is recorded by the broker of reveals before it is shown.
"""
