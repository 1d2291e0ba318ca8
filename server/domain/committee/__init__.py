"""The users’ committee of a site: members by function, meetings, decisions, minutes."""
