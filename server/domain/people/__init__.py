"""Rules: people, their roles and sign-ins."""
