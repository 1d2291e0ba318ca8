"""Use cases: configuration documents and their revisions."""
