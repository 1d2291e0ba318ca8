"""After the commit: messages, their rooms, and spoken calls."""
