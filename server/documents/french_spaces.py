"""Spaces of French that must not break, by : ; ? ! and quotation marks, where people typed plain ones."""

import re

_BEFORE, _AFTER = re.compile(r" (?=[:;?!»])"), re.compile(r"(?<=«) ")
NO_BREAK = "\u00a0"


def add_hard_spaces(text: str) -> str:
    """A French text, or its HTML, of which no line can begin with such a mark or end with an opening one."""
    return _AFTER.sub(NO_BREAK, _BEFORE.sub(NO_BREAK, text))
