"""The programme of a screen: what it may show of notices, in which order, and when."""
