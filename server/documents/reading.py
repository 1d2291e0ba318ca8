"""Reading and writing documents: JSON in, a document or all its problems out; one canonical text back."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from hardware.languages import base_of
from server.documents.checks import check_alone
from server.documents.content import Content, JsonValue, NewContent
from server.documents.hall import HallDocument
from server.documents.installation import InstallationDocument
from server.documents.problems import UNKNOWN_KEY, DocumentProblem, DocumentRefused, Path, problem, problem_of
from server.domain.languages import FRENCH

TEXT_FIELDS = (
    "names",
    "subtitles",
    "labels",
    "directions",
    "how_to_book",
    "instructions",
    "why",
    "titles",
    "bodies",
)

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
    """The languages among these that a text lacks, unless the words of their base stand in."""
    for language in languages:
        if language not in texts and base_of(language) not in texts:
            yield problem((*path, language), "missing_translation", language=language)


def translation_problems(path: Path, texts: Texts) -> Iterator[DocumentProblem]:
    """Errors in the translations of a text that may stay in French only."""
    translations = [code for code in texts if base_of(code) != FRENCH]
    if len(translations) == 1:
        yield problem(path, "one_translation", language=translations[0])


type DocumentSource = Content | str | bytes
"""A JSON text, or its content."""

LARGEST = 2_000_000
"""Bytes a document may have."""


def parse_hall(content: DocumentSource) -> HallDocument:
    """The hall's document in a JSON text or its content. Raises DocumentRefused with every problem."""
    document, problems = parse(HallDocument, content)
    if document is not None:
        problems += check_alone(document) + check_languages(document)
    if document is None or problems:
        raise DocumentRefused(problems)
    return document


def parse_installation(content: DocumentSource) -> InstallationDocument:
    """The installation's document in a JSON text or its content. Raises DocumentRefused with all problems."""
    document, problems = parse(InstallationDocument, content)
    if document is None or problems:
        raise DocumentRefused(problems)
    return document


def normal_content(kind: str, content: Content) -> Content:
    """A content with its default values filled in, for comparison; unchanged if it cannot be read."""
    model: type[BaseModel] = HallDocument if kind == "hall" else InstallationDocument
    try:
        return model.model_validate_json(json.dumps(content)).model_dump(mode="json")
    except ValidationError:
        return content


def export_text(document: HallDocument | InstallationDocument) -> str:
    """The document as JSON, canonical: same content, same bytes; reading it gives the same document."""
    return json.dumps(document.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"


def json_schema(kind: Literal["hall", "installation"]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a document."""
    model = HallDocument if kind == "hall" else InstallationDocument
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}


def parse[Document: BaseModel](
    model: type[Document], content: DocumentSource
) -> tuple[Document | None, tuple[DocumentProblem, ...]]:
    """The document, and the problems of its form; None when it cannot be read.

    Unknown keys are left out and the rest is read, so that one run finds every problem.
    """
    text, problems = _json_text(content)
    if text is None:
        return None, problems
    try:
        return model.model_validate_json(text), problems
    except ValidationError as refused:
        errors = refused.errors(include_url=False, include_input=False)
    problems += tuple(problem_of(error, known_keys=known_keys(model)) for error in errors)
    strays = [error["loc"] for error in errors if error["type"] in UNKNOWN_KEY]
    if len(strays) < len(errors):
        return None, problems
    return model.model_validate_json(_without(text, strays)), problems


def parse_object(text: str) -> tuple[NewContent | None, tuple[DocumentProblem, ...]]:
    """The JSON object in a text, None when there is none, and its errors as JSON."""
    plain, problems = _json_text(text)
    read = None if plain is None else json.loads(plain)
    if read is not None and not isinstance(read, dict):
        return None, (problem((), "invalid"),)
    return read, problems


def _json_text(content: DocumentSource) -> tuple[str | None, tuple[DocumentProblem, ...]]:
    """The content as a JSON text without repeated keys, and its errors."""
    if isinstance(content, Mapping):
        return json.dumps(content), ()
    if len(content) > LARGEST:
        return None, (problem((), "document_too_large", limit=LARGEST),)
    repeated: list[str] = []

    def once(pairs: list[tuple[str, JsonValue]]) -> NewContent:
        keys = [key for key, _ in pairs]
        repeated.extend(key for key in dict.fromkeys(keys) if keys.count(key) > 1)
        return dict(pairs)

    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
        read = json.loads(text, object_pairs_hook=once)
    except UnicodeDecodeError:
        return None, (problem((), "not_utf8"),)
    except json.JSONDecodeError as broken:
        return None, (problem((), "not_json", line=broken.lineno, column=broken.colno),)
    except (RecursionError, ValueError):
        return None, (problem((), "invalid"),)
    return json.dumps(read), tuple(problem((), "key_twice", key=key) for key in repeated)


def _without(text: str, strays: Iterable[tuple[str | int, ...]]) -> str:
    content = json.loads(text)
    for *steps, key in strays:
        place = content
        for step in steps:
            place = place[step]
        place.pop(key, None)
    return json.dumps(content)


@cache
def known_keys(model: type[BaseModel]) -> frozenset[str]:
    """The keys a document and its parts know, to suggest the nearest to a mistyped one."""
    schema = model.model_json_schema()
    parts = (schema, *schema.get("$defs", {}).values())
    return frozenset(key for part in parts for key in part.get("properties", {}))
