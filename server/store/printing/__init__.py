"""Statements and rows: printers and print jobs."""
