"""Surveys as those who answer see them."""
