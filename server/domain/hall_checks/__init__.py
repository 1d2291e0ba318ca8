"""Rules: checks of a hall, and visits by a « usager d’un jour »."""
