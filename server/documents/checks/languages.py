"""Every text of a hall's document in every language the hall speaks.

When a notice for the public is translated, French law asks for at least two translations (law 94-665, art. 4;
circulaire of 19 March 1996): exactly one is refused. Notices may stay in French alone.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from server.documents.hall import HallDocument
from server.documents.problems import DocumentProblem, Path, problem

TEXT_FIELDS = ("names", "subtitles", "labels", "directions", "how_to_book", "why", "titles", "bodies")

type Texts = Mapping[str, str]


def check_languages(document: HallDocument) -> tuple[DocumentProblem, ...]:
    """Errors for translations that are missing, not declared, or the only one beside French."""
    return tuple(_walk_problems(document))


def _walk_problems(document: HallDocument) -> Iterator[DocumentProblem]:
    declared = document.languages
    for path, texts in texts_in((), document.model_dump()):
        for language in texts:
            if language not in declared:
                yield problem((*path, language), "language_not_declared", language=language)
        yield from missing_translations(path, texts, declared)


def texts_in(path: Path, content: Any, fields: Collection[str] = TEXT_FIELDS) -> Iterator[tuple[Path, Texts]]:
    """The texts of a dumped document that are not empty, each with its place; `fields` hold one."""
    if isinstance(content, dict):
        for name, value in content.items():
            if name in fields:
                if value:
                    yield (*path, name), value
            else:
                yield from texts_in((*path, name), value, fields)
    elif isinstance(content, list | tuple):
        is_list_of_texts = bool(path) and path[-1] == "bring"
        for at, value in enumerate(content):
            if is_list_of_texts:
                yield (*path, at), value
            else:
                yield from texts_in((*path, at), value, fields)


def missing_translations(path: Path, texts: Texts, languages: Iterable[str]) -> Iterator[DocumentProblem]:
    """The languages among these that a text lacks."""
    for language in languages:
        if language not in texts:
            yield problem((*path, language), "missing_translation", language=language)


def translation_problems(path: Path, texts: Texts) -> Iterator[DocumentProblem]:
    """Errors in the translations of a text that may stay in French only."""
    if len(texts) == 2:
        yield problem(path, "one_translation", language=next(code for code in texts if code != "fr"))
