"""Rules: indicators and targets."""
