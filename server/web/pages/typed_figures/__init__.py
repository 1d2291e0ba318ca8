"""Typed figures and annotations: the page on which people enter what the hall does not measure."""
