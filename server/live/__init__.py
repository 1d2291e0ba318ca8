"""Sockets: namespaces, rooms, messages, publication."""
