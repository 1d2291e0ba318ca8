"""Use cases: people, their roles and sign-ins."""
