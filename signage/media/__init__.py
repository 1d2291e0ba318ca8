"""Media of notices, decoded and encoded again from uploads; imports nothing of web or database."""
