"""Statements and rows: devices: paired, watched, supervised."""
