"""Use cases: indicators and targets."""
