"""Sentences for people live in catalogues, complete in every language, and every one of them is used."""

import re
from collections.abc import Iterator
from functools import cache
from string import Formatter

from babel.messages.catalog import Message
from fontTools.ttLib import TTFont

from hardware.languages import VISITOR_LANGUAGES
from hardware.lettering import FONT_FILES, script_of
from server.app import CATALOGUES as PRODUCT
from server.language import LANGUAGES, Catalogues, is_for_visitors
from server.settings import ASSETS
from server.usecases.visitor_sentences import sentence_fault
from tests.harness.sources import assert_faultless, catalogues, files, name_of


def key_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


CATALOGUES = catalogues()
DOMAINS = sorted(
    {key_of(message).split(".")[0] for one in CATALOGUES.values() for message in one["fr"] if key_of(message)}
)
# a key is written whole, or as the beginning of one that a value completes: "kiosk.month." + n
WRITTEN = re.compile(rf"(?<![\w./-])(?:{'|'.join(DOMAINS)})\.[a-z0-9_.]*(?![\w/-])")
WHOLE = re.compile(rf"""(["'])((?:{"|".join(DOMAINS)})(?:\.[a-z0-9_]+)+)\1""")
UNITS = "min|h|s|mm|cm|m|%|€|Mo|[kMG]B|kWh|bauds?|baudios"
BEFORE_A_UNIT = re.compile(rf"[\d}}] (?:{UNITS})(?![\w’])|[\d}}]\u00a0h [\d{{]|\b\d{{1,3}} \d{{3}}\b")
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


def keys_of_some_languages(folder: str) -> Iterator[str]:
    french = set(messages(folder, "fr"))
    for language in LANGUAGES[1:]:
        for key in set(messages(folder, language)) ^ french:
            yield f"{key} in French or {language}, not in both"


def test_every_language_has_the_same_keys():
    assert [folder for folder, found in CATALOGUES.items() if not set(LANGUAGES) <= set(found)] == []
    assert_faultless(CATALOGUES, keys_of_some_languages)


def test_no_catalogue_has_a_key_twice():
    keys = {
        name_of(path): re.findall(r'^msgid "(.+)"', path.read_text(), re.MULTILINE) for path in files(".po")
    }
    assert [(name, key) for name, each in keys.items() for key in set(each) if each.count(key) > 1] == []


def wrong_sentences(folder: str) -> Iterator[str]:
    french = messages(folder, "fr")
    for language in LANGUAGES:
        for key, message in messages(folder, language).items():
            if not all(text.strip() or text == "\u00a0" for text in texts(message)):
                yield f"{key} is empty in {language}"
            if message.fuzzy:
                yield f"{key} is fuzzy in {language}"
            if message.pluralizable != french[key].pluralizable:
                yield f"{key} has other plurals in {language}"
            # the singular may say "one" in words; the last plural form has every placeholder
            if placeholders(texts(message)[-1]) != placeholders(texts(french[key])[-1]):
                yield f"{key} has other placeholders in {language}"


def test_every_sentence_is_written_and_has_the_same_placeholders():
    assert_faultless(CATALOGUES, wrong_sentences)


def faults_of_visitors_languages(folder: str) -> Iterator[str]:
    name = folder.rpartition("/")[2]
    french = {key: each for key, each in messages(folder, "fr").items() if is_for_visitors(name, key)}
    for language in VISITOR_LANGUAGES:
        own = messages(folder, language) if language in CATALOGUES[folder] else {}
        if language not in LANGUAGES:
            yield from (f"{key} in French or {language}, not in both" for key in set(own) ^ set(french))
        for key in set(own) & set(french):
            if fault := sentence_fault(
                french[key], texts(own[key]), CATALOGUES[folder][language].num_plurals
            ):
                yield f"{key} in {language}: {fault.code}"


def test_visitors_read_every_sentence_of_theirs_in_their_language():
    assert_faultless(CATALOGUES, faults_of_visitors_languages)


def letters_without_a_font(language: str) -> Iterator[str]:
    for folder, found in CATALOGUES.items():
        for message in found.get(language, ()):
            for letter in sorted({*"".join(texts(message))} - {"\n"} if message.id else ()):
                if ord(letter) not in letters_of(script_of(letter)):
                    yield f"{folder} {key_of(message)}: {letter!r}"


@cache
def letters_of(script: str) -> frozenset[int]:
    return frozenset(TTFont(ASSETS / "fonts" / FONT_FILES[script][0]).getBestCmap())


def test_papers_have_a_letter_for_every_character_of_a_visitors_sentence():
    """A ticket draws with these fonts alone: what none of them has would be a box."""
    assert_faultless([each for each in VISITOR_LANGUAGES if each not in LANGUAGES], letters_without_a_font)


def test_a_sentence_without_a_plural_may_name_a_count():
    shown = Catalogues(PRODUCT).translate("doctor.files", "fr", count=4096)
    assert shown == "Jusqu’à 4096 fichiers et connexions ouverts à la fois."


def signs_of_typewriters(folder: str) -> Iterator[str]:
    for key, message in messages(folder, "fr").items():
        for text in texts(message):
            if re.search(r"\w'\w| [:;?!»]|« |\w[;?!](?!\w)", text):
                yield f"{key}: {text}"


def test_french_sentences_have_real_apostrophes_and_hard_spaces():
    assert_faultless(CATALOGUES, signs_of_typewriters)


def parted_from_their_unit(folder: str) -> Iterator[str]:
    for language in LANGUAGES:
        for key, message in messages(folder, language).items():
            if any(BEFORE_A_UNIT.search(text) for text in texts(message)):
                yield f"{key} in {language}: {texts(message)}"


def test_a_hard_space_stands_between_a_number_and_its_unit():
    assert_faultless(CATALOGUES, parted_from_their_unit)


def code() -> Iterator[tuple[str, str]]:
    """Every line of code that is not an import or a comment, with its place."""
    for path in files(".py", ".html", ".js"):
        name = name_of(path)
        for line_number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.lstrip().startswith(("import ", "from ", "#", "//", "/*", "*")):
                yield f"{name}:{line_number}", line


def is_completed(key: str, begun: list[str], literals: set[str]) -> bool:
    """Whether the beginning of a key is written in the code, and a value completes it."""
    beginnings = [start for start in begun if key.startswith(start)]
    if any(start.count(".") > 1 for start in beginnings):
        return True
    # after a mere domain ("refusal." + code) the rest must be a word of the code
    return any(key.removeprefix(start).split(".")[0] in literals for start in beginnings)


def test_every_sentence_of_the_catalogues_is_used():
    lines = [line for _, line in code()]
    written = {key for line in lines for key in WRITTEN.findall(line)}
    literals = {word for line in lines for word in re.findall(r"""["'`]([a-z0-9_]+)["'`]""", line)}
    keys = [key for folder in CATALOGUES for key in messages(folder, "fr")]
    begun = [start for start in written if start.endswith((".", "_"))]
    unused = [key for key in keys if key not in written and not is_completed(key, begun, literals)]
    assert not unused, "\n".join(unused)


def test_every_key_in_the_code_has_a_sentence():
    known = {key for folder in CATALOGUES for key in messages(folder, "fr")}
    modules = {
        name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in files(".py")
    }
    others = known | modules | {key.rpartition(".")[0] for key in known}
    unknown = [
        f"{place}: {key}"
        for place, line in code()
        for _, key in WHOLE.findall(line)
        if key not in others and not key.endswith(FILE_ENDINGS)
    ]
    assert not unknown, "\n".join(unknown)
