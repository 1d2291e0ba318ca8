"""Use cases: counters and their sessions."""
