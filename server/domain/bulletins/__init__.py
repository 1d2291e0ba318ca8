"""Bulletins: warnings that authorities publish, in the Common Alerting Protocol (CAP 1.2). Pure."""
