"""Use cases: figures that people type, and annotations of days."""
