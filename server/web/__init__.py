"""HTTP: the REST API and the pages of people at work."""
