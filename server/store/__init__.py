"""Layer 3: the only place that knows SQL."""
