"""The commands of `parvis`, a file per subject; each prints for people and ends with status 0, 1 or 2."""
