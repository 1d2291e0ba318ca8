"""Rules: alarms and who receives them."""
