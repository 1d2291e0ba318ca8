"""Actions: what a site decided to do about a remark, until when, and who does it."""
