"""The API and the pages of an app, joined by subject; `install` begins."""
