"""Web feeds that notices show: fetched within limits and read as plain text; knows no database."""
