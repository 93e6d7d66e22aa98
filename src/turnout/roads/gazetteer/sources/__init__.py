"""Readers of what a gazetteer is made from, one publisher each. Malformed says file, line and cure."""
