"""Who may do what: the roles as sets of permissions, in words."""
