"""« Voix des usagers »: the page that leads to what visitors say and what sites do about it."""
