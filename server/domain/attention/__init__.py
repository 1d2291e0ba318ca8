"""What asks for a person's attention: one list by urgency."""
