"""Pages about people: accounts, one’s own account, rights, and what is kept of them how long."""
