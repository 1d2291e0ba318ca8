"""Use cases of the users’ committee: members, meetings, the sent report, decisions, minutes."""
