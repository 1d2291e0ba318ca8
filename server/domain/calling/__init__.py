"""Rules of calling: which leg is called next, and why."""
