"""Builders of the services of one process: a module for each subject."""
