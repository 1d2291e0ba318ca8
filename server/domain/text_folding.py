"""Texts in the form used for search and sorting: without capitals and accents. Pure."""

import re
import unicodedata

_ACCENTS = re.compile("[\u0300-\u036f]")


def folded(text: str) -> str:
    """A text without capitals and accents."""
    return _ACCENTS.sub("", unicodedata.normalize("NFD", text.casefold()))
