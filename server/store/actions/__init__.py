"""Store of the actions of sites."""
