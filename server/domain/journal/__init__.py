"""Rules: the journal of facts."""
