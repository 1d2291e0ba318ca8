"""Rules: calls for somebody beside oneself, and notes of incidents."""
