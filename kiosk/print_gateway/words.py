"""The sentences of the print gateway, in the language of the computer: French, English or Spanish."""

import os
from functools import cache
from pathlib import Path

LANGUAGES = ("fr", "en", "es")
_FOLDER = Path(__file__).parent / "translations"


def language() -> str:
    """PARVIS_LANGUAGE, else that of the computer, else French."""
    names = ("PARVIS_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    code = next((os.environ[name] for name in names if os.environ.get(name)), "")[:2].lower()
    return code if code in LANGUAGES else LANGUAGES[0]


def sentence(key: str, /, **values: object) -> str:
    """The sentence of a key, its placeholders filled."""
    return _sentences(language())[key].format(**values)


@cache
def _sentences(spoken: str) -> dict[str, str]:
    from babel.messages.pofile import read_po  # loaded for the first sentence

    with (_FOLDER / spoken / "LC_MESSAGES" / "print_gateway.po").open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file) if each.id}
