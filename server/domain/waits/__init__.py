"""Rules: announced waits."""
