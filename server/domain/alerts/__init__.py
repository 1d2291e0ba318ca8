"""Rules: alerts."""
