"""Rules: simulated days."""
