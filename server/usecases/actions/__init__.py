"""Use cases of actions: add, change and read them."""
