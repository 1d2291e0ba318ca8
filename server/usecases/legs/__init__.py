"""Use cases: legs of visits: what gestures on them share."""
