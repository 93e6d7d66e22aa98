"""One incident as it may leave the house, for the public, another agency or a court: what is taken out is not there.

Which field is personal says `audit/personal.toml`, field by field, and the build holds that none is forgotten; which of
those a layer keeps says `layers.toml`, or the city's own. What nobody has declared is taken out.
"""
