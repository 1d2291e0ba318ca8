"""Store of reports."""
