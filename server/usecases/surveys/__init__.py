"""Surveys: drafted, opened, answered, read, closed."""
