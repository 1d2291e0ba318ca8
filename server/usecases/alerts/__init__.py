"""Use cases: alerts."""
