"""Rules: counters and their sessions."""
