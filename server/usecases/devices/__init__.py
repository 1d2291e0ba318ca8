"""Use cases: devices: paired, watched, supervised."""
