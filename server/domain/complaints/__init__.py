"""Rules: the register of suggestions, complaints and thanks."""
