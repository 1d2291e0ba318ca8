"""Use cases: printers that fetch their jobs."""
