"""Rows of checks of halls and of what they found."""
