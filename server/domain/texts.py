"""Texts as they enter, as they are searched and sorted, and as a spreadsheet program reads them. Pure.

None that enters holds a control character, and one without a visible character is empty. Some databases
refuse such characters and others store them; a printer or a terminal obeys them. Unicode categories Cc and
Cs, but tabs and line ends; single lines are checked by their own fields.
"""

import re
import unicodedata
from collections.abc import Iterable

from server.domain.refusals import Refusal

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_OF_LINES = re.compile("[\t\n\r]")
_UNSEEN = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]+"
)
"""White space, and what Unicode calls Default_Ignorable_Code_Point (DerivedCoreProperties), and the blank of
Braille: fonts draw nothing for them.
"""


def has_control(text: str, *, has_lines: bool) -> bool:
    """Whether a text has control characters. `has_lines`: tabs and line ends are none."""
    return _CONTROL.search(text) is not None or (not has_lines and _OF_LINES.search(text) is not None)


def entered_text(text: str, field: str) -> str:
    """The text of a field; empty if nothing of it can be seen. Refusal: control_characters, of the field."""
    if has_control(text, has_lines=True):
        raise Refusal("control_characters", field=field)
    return "" if _UNSEEN.fullmatch(text) else text


def entered_values(content: object, field: str = "") -> object:
    """JSON with each text as `entered_text` leaves it; names of fields are checked too."""
    match content:
        case str():
            return entered_text(content, field)
        case list():
            return [entered_values(each, f"{field}.{at}".lstrip(".")) for at, each in enumerate(content)]
        case dict():
            return {
                name: entered_values(each, f"{field}.{name}".lstrip("."))
                for name, each in content.items()
                if entered_text(name, field) is not None
            }
        case _:
            return content


_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "’": "'"})


def fold_text(text: str) -> str:
    """The text without capitals, accents and ligatures: « Sœur » matches « soeur »."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(each for each in decomposed if not unicodedata.combining(each))


_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?")


def plain_cell(value: object) -> str:
    """A value as the cell of a sheet: what a program would take for a formula is quoted, a number is not."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) and not _NUMBER.fullmatch(text) else text


def plain_cells(values: Iterable[object]) -> list[str]:
    """The cells of a line."""
    return [plain_cell(value) for value in values]
