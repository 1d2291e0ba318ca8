"""Targets: the page on which people decide and read them, with measured waits beside them."""
