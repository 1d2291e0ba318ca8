"""How long things are kept here, what each purge erased, and what the site says of its processing."""
