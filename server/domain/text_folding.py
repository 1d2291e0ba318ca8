"""Texts as people look for them and put them in order: without capitals and accents. Pure."""

import re
import unicodedata

_ACCENTS = re.compile("[\u0300-\u036f]")


def folded(text: str) -> str:
    """A text without capitals and accents."""
    return _ACCENTS.sub("", unicodedata.normalize("NFD", text.casefold()))
