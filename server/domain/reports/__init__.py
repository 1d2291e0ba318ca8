"""Reports: figures of a period that are frozen and approved, the action plan, and grids of labels."""
