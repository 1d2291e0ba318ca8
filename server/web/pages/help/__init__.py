"""Help: the documents of `docs/`, read in the product at `/aide`."""
