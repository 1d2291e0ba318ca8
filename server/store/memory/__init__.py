"""Store: what a process remembers of a hall to be fast."""
