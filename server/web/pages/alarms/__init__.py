"""Alarms: the page of those that are open, of those that are over, and of who is told."""
