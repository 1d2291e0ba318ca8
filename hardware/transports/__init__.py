"""Ways to reach a printer, a folder each; `interface.py` says what every one of them offers."""
