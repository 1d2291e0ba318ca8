"""Where a long word may be parted on a screen: soft hyphens, by the rules of its language."""

import re
from functools import cache

import pyphen

SOFT_HYPHEN = "\u00ad"
LONG = 12
"""Letters of a word that is parted: on a screen read from afar a line holds few more."""
_WORD = re.compile(rf"[^\W\d_]{{{LONG},}}")


def hyphenate(text: str, language: str) -> str:
    """A text, or its safe HTML, with soft hyphens in long words; unchanged in a language without rules.

    No element or entity of safe HTML is as long as a long word.

    """
    rules = _rules(language)
    if rules is None:
        return text
    return _WORD.sub(lambda word: str(rules.inserted(word.group(), SOFT_HYPHEN)), text)


@cache
def _rules(language: str) -> pyphen.Pyphen | None:
    dictionary = pyphen.language_fallback(language)
    return None if dictionary is None else pyphen.Pyphen(lang=dictionary, left=3, right=3)
