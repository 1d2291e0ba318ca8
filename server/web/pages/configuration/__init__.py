"""Pages of configuration documents, and of setting up an installation."""
