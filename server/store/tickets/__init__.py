"""Statements and rows: tickets: given, printed again, read by their visitor."""
