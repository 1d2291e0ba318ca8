"""Store: connections and rows, SQLite and PostgreSQL."""
