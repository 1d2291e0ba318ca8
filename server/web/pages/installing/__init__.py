"""From an empty installation to a first printed sheet, `/installation`; one more hall from a template."""
