"""Rules: what is kept how long, and what is erased when."""
