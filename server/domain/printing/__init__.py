"""Rules: printers and print jobs."""
