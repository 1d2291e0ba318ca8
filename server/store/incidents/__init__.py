"""Incidents, notes of them, and who is connected to receive them."""
