"""Figures of a hall that programs write."""
