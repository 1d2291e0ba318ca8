"""Printers on a serial line: a port of the machine, or an adapter on USB."""
