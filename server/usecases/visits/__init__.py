"""Use cases: visits and the gestures on them."""
