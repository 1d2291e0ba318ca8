"""Reports for the committee: begun, written, frozen and approved on a page, printed on one sheet."""
