"""Use cases: reports, the action plan, and evidence for labels."""
