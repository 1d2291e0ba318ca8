"""Rules: visits and the gestures on them."""
