"""Texts in the form used for search and sorting: without capitals, accents and ligatures. Pure."""

import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "’": "'"})


def fold_text(text: str) -> str:
    """The text without capitals, accents and ligatures: « Sœur » matches « soeur »."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(each for each in decomposed if not unicodedata.combining(each))
