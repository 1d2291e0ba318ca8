"""Shapes of what the API answers: one file a subject. `server.web.api.shapes` holds those of requests and
live messages.
"""
