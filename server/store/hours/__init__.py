"""Breaks, ends of business days, and how busy the hours of a hall are."""
