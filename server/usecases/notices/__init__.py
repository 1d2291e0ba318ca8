"""Use cases: notices and what screens show."""
