"""Surveys: statements on their tables."""
