"""Access: callers, sign-in, cookies, and the requirement of each route."""
