"""How the San Francisco that ships was made from the city's own open data (DataSF, public domain).

`overlay/` holds what was written by hand and is copied as it is; `unit_facts.csv` and `neighbourhoods.csv` hold what
the data does not say about single units and outlines. The rest is derived here; the folder's README.md says which.
"""
