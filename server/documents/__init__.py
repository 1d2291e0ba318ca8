"""Configuration documents of the installation and of halls: read, checked, compared, turned into values."""
