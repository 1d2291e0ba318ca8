"""Shapes of what the API is asked and answers."""
