"""Store: the transactions of a hall and of the installation, group commit, idempotency."""
