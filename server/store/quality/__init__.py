"""Statements and rows: indicators and targets."""
