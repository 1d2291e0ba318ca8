"""Use cases: opening hours, breaks and the end of the day."""
