"""« Voix des usagers »: the register, surveys, checks and incidents, on public pages and at work."""
