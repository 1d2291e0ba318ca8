"""Incidents over the API."""
