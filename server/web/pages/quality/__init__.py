"""The quality page: figures of a hall with their conventions, plots, tables and downloads."""
