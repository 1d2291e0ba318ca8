"""Rules: a hall as its pages show it."""
