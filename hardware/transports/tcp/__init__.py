"""Printers on the network that listen for raw bytes, most of them on port 9100."""
