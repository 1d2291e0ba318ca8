"""Statements and rows: configuration documents and their revisions."""
