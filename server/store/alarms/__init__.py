"""Statements and rows: alarms and who receives them."""
