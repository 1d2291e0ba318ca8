"""Rules: devices: paired, watched, supervised."""
