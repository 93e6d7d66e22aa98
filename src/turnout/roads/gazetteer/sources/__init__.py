"""Readers of what a gazetteer is made from. Each turns one publisher's files into records; Malformed says file, line, cure."""
