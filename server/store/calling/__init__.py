"""Statements and rows: calling: the calls that rules count."""
