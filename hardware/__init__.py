"""Printers, speech and other equipment of a hall: documents, transports, status, simulators."""
