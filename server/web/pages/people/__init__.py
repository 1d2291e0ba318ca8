"""Pages about people: who may sign in, one's own account, and the link that invites somebody."""
