"""Statements and rows: counters: sessions, their places and leases."""
