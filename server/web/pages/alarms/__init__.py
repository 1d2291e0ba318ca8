"""Alarms: the page of open alarms, of past alarms, and of recipients."""
