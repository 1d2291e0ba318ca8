"""Use cases: the journal of facts."""
