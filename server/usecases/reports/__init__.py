"""Use cases: reports, and evidence for labels."""
