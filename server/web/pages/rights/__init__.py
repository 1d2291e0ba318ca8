"""Rights: the roles as sets of permissions, in words."""
