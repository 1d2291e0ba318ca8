"""Sentences for people live in catalogues, complete in every language, and every one of them is used."""

import re
from collections.abc import Iterator
from string import Formatter

import pytest
from babel.messages.catalog import Message

from server.language import LANGUAGES
from tests.harness.sources import catalogues, files, name_of


def key_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


CATALOGUES = catalogues()
DOMAINS = sorted(
    {key_of(message).split(".")[0] for one in CATALOGUES.values() for message in one["fr"] if key_of(message)}
)
# a key is written whole, or as the beginning of one that a value completes: "kiosk.month." + n
WRITTEN = re.compile(rf"(?<![\w./-])(?:{'|'.join(DOMAINS)})\.[a-z0-9_.]*(?![\w/-])")
WHOLE = re.compile(rf"""(["'])((?:{"|".join(DOMAINS)})(?:\.[a-z0-9_]+)+)\1""")
FILE_ENDINGS = (
    ".static",
    ".py",
    ".js",
    ".css",
    ".html",
    ".po",
    ".svg",
    ".json",
    ".toml",
    ".db",
    ".lock",
    ".log",
    ".md",
)


def texts(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def messages(folder: str, language: str) -> dict[str, Message]:
    return {key_of(message): message for message in CATALOGUES[folder][language] if key_of(message)}


@pytest.mark.parametrize("folder", sorted(CATALOGUES))
def test_every_language_has_the_same_keys(folder: str):
    assert set(CATALOGUES[folder]) == set(LANGUAGES)
    french = set(messages(folder, "fr"))
    for language in LANGUAGES[1:]:
        assert set(messages(folder, language)) ^ french == set(), f"{folder} in {language}"


def test_no_catalogue_has_a_key_twice():
    keys = {
        name_of(path): re.findall(r'^msgid "(.+)"', path.read_text(), re.MULTILINE) for path in files(".po")
    }
    assert [(name, key) for name, each in keys.items() for key in set(each) if each.count(key) > 1] == []


@pytest.mark.parametrize("folder", sorted(CATALOGUES))
def test_every_sentence_is_written_and_has_the_same_placeholders(folder: str):
    french = messages(folder, "fr")
    for language in LANGUAGES:
        for key, message in messages(folder, language).items():
            assert all(text.strip() or text == "\u00a0" for text in texts(message)), (
                f"{key} is empty in {language}"
            )
            assert not message.fuzzy, f"{key} is fuzzy in {language}"
            assert message.pluralizable == french[key].pluralizable, f"{key} in {language}"
            # the singular may say "one" in words; the last plural form has every placeholder
            assert placeholders(texts(message)[-1]) == placeholders(texts(french[key])[-1]), (
                f"{key} in {language}"
            )


@pytest.mark.parametrize("folder", sorted(CATALOGUES))
def test_french_sentences_have_real_apostrophes_and_hard_spaces(folder: str):
    wrong = [
        f"{key}: {text}"
        for key, message in messages(folder, "fr").items()
        for text in texts(message)
        if re.search(r"\w'\w| [:;?!»]|« |\w[;?!](?!\w)", text)
    ]
    assert not wrong, "\n".join(wrong)


def code() -> Iterator[tuple[str, str]]:
    """Every line of code that is not an import or a comment, with its place."""
    for path in files(".py", ".html", ".js"):
        for line_number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.lstrip().startswith(("import ", "from ", "#", "//", "/*", "*")):
                yield f"{name_of(path)}:{line_number}", line


def is_used(key: str, written: set[str], literals: set[str]) -> bool:
    """Whether the key, or the beginning of it that a value completes, is written in the code."""
    beginnings = [start for start in written if start.endswith((".", "_")) and key.startswith(start)]
    if key in written or any(start.count(".") > 1 for start in beginnings):
        return True
    # after a mere domain ("refusal." + code) the rest must be a word of the code
    return any(key.removeprefix(start).split(".")[0] in literals for start in beginnings)


def test_every_sentence_of_the_catalogues_is_used():
    lines = [line for _, line in code()]
    written = {key for line in lines for key in WRITTEN.findall(line)}
    literals = {word for line in lines for word in re.findall(r"""["'`]([a-z0-9_]+)["'`]""", line)}
    keys = [key for folder in CATALOGUES for key in messages(folder, "fr")]
    unused = [key for key in keys if not is_used(key, written, literals)]
    assert not unused, "\n".join(unused)


def test_every_key_in_the_code_has_a_sentence():
    known = {key for folder in CATALOGUES for key in messages(folder, "fr")}
    modules = {
        name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in files(".py")
    }
    groups = {key.rpartition(".")[0] for key in known}
    unknown = [
        f"{place}: {key}"
        for place, line in code()
        for _, key in WHOLE.findall(line)
        if key not in known | modules | groups and not key.endswith(FILE_ENDINGS)
    ]
    assert not unknown, "\n".join(unknown)
