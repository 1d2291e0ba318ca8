"""Store of the users’ committees."""
