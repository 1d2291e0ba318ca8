"""Rows of the register of suggestions, complaints and thanks."""
