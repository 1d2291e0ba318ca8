"""Busy and quiet hours of a hall: a page for people at work, and a poster for the hall."""
