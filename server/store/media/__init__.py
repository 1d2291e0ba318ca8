"""Statements and rows: media, their uploads, web feeds; and the folder of their files."""
