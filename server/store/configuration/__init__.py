"""Statements and rows: halls, the documents of their configuration, and drafts of these."""
