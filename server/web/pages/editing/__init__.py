"""The editing pages of the configuration, `/configuration/<document>/edit`: fields made of the models."""
