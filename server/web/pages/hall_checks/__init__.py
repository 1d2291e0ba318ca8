"""Checks of a hall and visits by a « usager d’un jour »: the list, and the form of a new one."""
