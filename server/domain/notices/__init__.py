"""Rules: notices and what screens show."""
