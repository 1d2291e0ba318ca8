"""Use case: read what asks for a person's attention."""
