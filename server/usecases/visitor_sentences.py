"""The sentences that visitors read, out to a translator as one PO file and in again as the site's own.

In the file `msgctxt` is the key of a sentence, `msgid` the French one; its head says `fr@simple` for our
variety `fr-x-simple`, as gettext does.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po, write_po

from hardware.languages import VISITOR_LANGUAGES
from server.domain.languages import FRENCH
from server.domain.refusals import Refusal
from server.language import VISITOR_SENTENCES, is_for_visitors

type Folders = tuple[tuple[str, Path], ...]
"""Of each catalogue its name and the folder of its languages."""
LARGEST = 2_000_000
"""Bytes of a file that is read."""
_MARKUP = re.compile(r"[<>]|&#?\w+;|[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_PLACEHOLDER = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class SentenceFault:
    """Why a sentence cannot be used. `code`: unknown, forms, placeholders, markup or length."""

    key: str
    code: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnSentences:
    """What a file brings: the site's own sentences of a language, and its faults."""

    language: str
    catalogue: Catalog
    faults: tuple[SentenceFault, ...]


def export_sentences(folders: Folders, language: str, own: Path) -> bytes:
    """Every sentence for visitors in a language as it is shown now. Refusal: unknown_language."""
    shown = {**_shipped(folders, language), **_texts(own / f"{language}.po")}
    catalogue = _empty(folders, language)
    for french in _french(folders):
        key, models = _key(french), _forms(french)
        forms = shown.get(key, ())
        if french.pluralizable:
            catalogue.add((models[0], models[-1]), forms, context=key)
        else:
            catalogue.add(models[0], "".join(forms), context=key)
    out = BytesIO()
    write_po(out, catalogue, width=0)
    return out.getvalue()


def read_sentences(folders: Folders, content: bytes) -> OwnSentences:
    """What a translator's file brings; a sentence that is empty, fuzzy or as shipped stays the product's.

    Refusals: translations_unreadable, unknown_language.
    """
    if len(content) > LARGEST:
        raise Refusal("translations_unreadable")
    try:
        given = read_po(BytesIO(content), abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise Refusal("translations_unreadable") from error
    language = str(given.locale_identifier or "").replace("_", "-").replace("@", "-x-")
    catalogue, shipped = _empty(folders, language), _shipped(folders, language)
    french = {_key(each): each for each in _french(folders)}
    faults: list[SentenceFault] = []
    for message in given:
        if not message.id:
            continue
        key, forms = str(message.context or ""), _forms(message)
        if key not in french:
            faults.append(SentenceFault(key or str(message.id), "unknown"))
        elif message.fuzzy or not any(forms) or forms == shipped.get(key):
            continue
        elif fault := sentence_fault(french[key], forms, catalogue.num_plurals):
            faults.append(fault)
        else:
            catalogue.add(french[key].id, forms if french[key].pluralizable else forms[0])
    return OwnSentences(language, catalogue, tuple(faults))


def keep_sentences(sentences: OwnSentences, own: Path) -> None:
    """Keeps a site's own sentences of a language in the folder `own`, instead of the former ones."""
    own.mkdir(parents=True, exist_ok=True)
    file = own / f"{sentences.language}.po"
    fresh = file.with_suffix(".new")
    with fresh.open("wb") as out:
        write_po(out, sentences.catalogue, width=0)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)


def sentence_fault(french: Message, forms: tuple[str, ...], plurals: int) -> SentenceFault | None:
    """Why these forms of a sentence cannot stand for the French one; None: they can.

    Only the last form must have every placeholder: « one person » may say the number in words.
    """
    key, models = _key(french), _forms(french)
    wanted = plurals if french.pluralizable else 1
    if len(forms) != wanted or not all(forms):
        return SentenceFault(key, "forms", {"wanted": wanted, "given": len(forms)})
    allowed = _placeholders(models[-1])
    named = [_placeholders(form) for form in forms]
    if named[-1] != allowed or any(each is None or not each <= (allowed or set()) for each in named):
        return SentenceFault(key, "placeholders", {"names": ", ".join(sorted(allowed or ()))})
    if any(_MARKUP.search(form) for form in forms):
        return SentenceFault(key, "markup")
    longest = 2 * max(map(len, models)) + 12
    if max(map(len, forms)) > longest:
        return SentenceFault(key, "length", {"longest": longest})
    return None


def _french(folders: Folders) -> Iterator[Message]:
    """Every sentence for visitors in French, by its key, in the order of the catalogues."""
    for name, folder in folders:
        if name in VISITOR_SENTENCES:
            for message in _read(folder / FRENCH / "LC_MESSAGES" / f"{name}.po"):
                if message.id and is_for_visitors(name, _key(message)):
                    yield message


def _shipped(folders: Folders, language: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, folder in folders:
        if name in VISITOR_SENTENCES:
            found |= _texts(folder / language / "LC_MESSAGES" / f"{name}.po")
    return found


def _texts(file: Path) -> dict[str, tuple[str, ...]]:
    return {_key(each): _forms(each) for each in _read(file) if each.id} if file.exists() else {}


def _empty(folders: Folders, language: str) -> Catalog:
    """A catalogue without sentences, with the plural forms of a language. Refusal: unknown_language."""
    if language not in VISITOR_LANGUAGES:
        raise Refusal("unknown_language", language=language)
    file = dict(folders)["kiosk"] / language / "LC_MESSAGES" / "kiosk.po"
    head, _, _ = file.read_text(encoding="utf-8").partition("\n\n")
    return read_po(BytesIO(head.encode()))


def _read(file: Path) -> Catalog:
    with file.open("rb") as opened:
        return read_po(opened)


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _placeholders(text: str) -> set[str] | None:
    """The plain placeholders of a text; None where it has any other thing between braces."""
    try:
        parts = [part for part in Formatter().parse(text) if part[1] is not None]
    except ValueError:
        return None
    if any(
        spec or conversion or not _PLACEHOLDER.fullmatch(name or "") for _, name, spec, conversion in parts
    ):
        return None
    return {str(name) for _, name, _, _ in parts}
