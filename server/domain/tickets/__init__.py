"""Rules: tickets: given, printed again, read by their visitor."""
