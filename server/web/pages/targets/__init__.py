"""Targets: the page on which they are decided and seen, with what was measured beside them."""
