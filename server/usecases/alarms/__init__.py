"""Use cases: alarms and who receives them."""
