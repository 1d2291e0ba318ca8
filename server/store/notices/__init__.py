"""Statements and rows: notices and what screens show."""
