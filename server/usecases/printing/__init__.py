"""Use cases: printers and print jobs."""
