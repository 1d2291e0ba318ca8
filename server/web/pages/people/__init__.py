"""Pages about people: accounts, one's own account, and the link of an invitation."""
