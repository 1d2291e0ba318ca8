"""Use cases: announced waits."""
