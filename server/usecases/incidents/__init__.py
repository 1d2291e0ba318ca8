"""Use cases: raise an incident, answer it, escalate it, note it afterwards."""
