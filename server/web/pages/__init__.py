"""The pages: one package each, with its templates and its catalogue."""
