"""Use cases: calling: who is called next, and why."""
