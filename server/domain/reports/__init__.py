"""Reports: figures of a period that are frozen and approved, and grids of labels."""
