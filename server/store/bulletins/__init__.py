"""Rows of bulletins and of their sources."""
