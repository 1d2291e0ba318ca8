"""Rules: printers that fetch their jobs from the server, and the protocols that they speak."""
