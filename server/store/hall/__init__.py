"""Statements and rows: halls: the lock, the journal's head, the version and the revisions of each."""
