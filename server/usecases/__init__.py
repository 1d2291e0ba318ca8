"""Use cases: a verb opens a transaction, loads, asks the domain, writes and records facts; a view only reads.

A package is a subject. A module holds one verb or one view, or a few that belong together, with their types.
"""
