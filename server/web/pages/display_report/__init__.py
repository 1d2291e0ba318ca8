"""The report of a notice as a paper: on these screens for that many hours."""
