"""Who may: callers, sign-in, cookies, and what each route asks for."""
