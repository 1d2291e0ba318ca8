"""Statements and rows: visits and the gestures on them."""
