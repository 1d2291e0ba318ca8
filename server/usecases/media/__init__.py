"""Use cases: the library of media and the feeds."""
