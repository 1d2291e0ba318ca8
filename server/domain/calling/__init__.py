"""Rules: calling: who is called next, and why."""
