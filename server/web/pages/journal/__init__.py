"""The journal as a page, as files, and the sheet of its heads."""
