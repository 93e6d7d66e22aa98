"""Reports: what is read on paper or in a file. Pure: a board and what else is needed in, bytes out."""
