"""How a page is made: viewer, sentences, times, frame, menu, PDF, problems."""
