"""Rules: appointments."""
