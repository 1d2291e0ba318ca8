"""Statements and rows: notices, their versions, and the displays that screens reported."""
