"""Pages of halls: of those who work there, of supervisors, of visitors’ phones."""
