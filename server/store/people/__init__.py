"""Statements and rows: people, their roles and sign-ins."""
