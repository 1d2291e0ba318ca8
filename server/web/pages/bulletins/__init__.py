"""The page of bulletins: what authorities announce, and what becomes of it."""
