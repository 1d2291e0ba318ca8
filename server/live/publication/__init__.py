"""After the commit: what is sent, to which rooms, and the voice that follows."""
