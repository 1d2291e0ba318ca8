"""Store of reports and of the action plan."""
