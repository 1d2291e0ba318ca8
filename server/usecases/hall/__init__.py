"""Use cases: a hall as its pages show it."""
