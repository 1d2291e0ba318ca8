"""Statements and rows: the library of media and the feeds."""
