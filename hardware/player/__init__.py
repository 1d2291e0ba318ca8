"""The computer behind a screen: its browser, its panel and its recipe. Each file runs without the server.

Rule: docs/rules/panels.md. These programs run on the player's computer with Debian's own Python: they import
the standard library and each other only.
"""
