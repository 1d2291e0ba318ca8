"""Catalogues: message keys to sentences, per Babel domain and language. Read once from the .po files."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

LANGUAGES = ("fr", "en", "es")
"""The interface's languages; French first."""

type Translate = Callable[..., str]


class Catalogues:
    """The sentences of every package. A key that no catalogue has is answered as it stands (tests forbid it)."""

    def __init__(self, folders: tuple[tuple[str, Path], ...]) -> None:
        self._translations: dict[str, Translations] = {}
        for language in LANGUAGES:
            merged: Translations | None = None
            for domain, folder in folders:
                file = folder / language / "LC_MESSAGES" / f"{domain}.po"
                if not file.exists():
                    continue
                loaded = _load(file)
                if merged is None:
                    merged = loaded
                else:
                    merged.merge(loaded)
            if merged is not None:
                self._translations[language] = merged

    def translate(self, key: str, language: str, /, *, count: int | None = None, **values: Any) -> str:
        """The sentence of a key in a language (French when that language has no catalogue), placeholders filled.

        `count` chooses the plural form and fills `{count}`.
        """
        found = self._translations.get(language) or self._translations["fr"]
        if count is None:
            sentence = str(found.gettext(key))
        else:
            sentence = str(found.ngettext(key, key, count))
            values["count"] = count
        return sentence.format(**values) if values else sentence

    def sentences(self, prefix: str, language: str) -> dict[str, str]:
        """Every sentence whose key begins with a prefix, for a page's script; plural forms as `key`, `key#1`."""
        found: Any = self._translations.get(language) or self._translations["fr"]
        chosen: dict[str, str] = {}
        for key, sentence in found._catalog.items():
            name, form = key if isinstance(key, tuple) else (key, 0)
            if isinstance(name, str) and name.startswith(prefix):
                chosen[name if form == 0 else f"{name}#{form}"] = sentence
        return chosen


def _load(file: Path) -> Translations:
    with file.open("rb") as source:
        catalogue = read_po(source)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
