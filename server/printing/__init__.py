"""Print jobs and the worker that holds a printer's lease."""
