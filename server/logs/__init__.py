"""Log lines on standard error, for the people who run the server; they hold no secret."""
