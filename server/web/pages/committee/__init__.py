"""The pages of the users’ committee."""
