"""Use cases: the register of suggestions, complaints and thanks."""
