"""Statements and rows: the journal of facts."""
