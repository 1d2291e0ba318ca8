"""Bulletins that another system sends."""
