"""Documents hold together, manuals say what the product does, French keeps its own signs."""

import re
import runpy
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from server.documents.reading import json_schema
from server.domain.attention import AttentionKind
from server.domain.facts import FactKind
from server.domain.notices.lifecycle import NOTICE_TRANSITIONS, VERB_NEEDS, NoticeState, NoticeVerb
from server.domain.people.roles import DEVICE_KINDS, ROLES, SCOPES, Permission
from server.domain.quality.indicators import INDICATORS
from server.domain.visits.gestures import Verb, usual_keys
from server.domain.visits.transitions import EndReason, LegState
from server.language import LANGUAGES
from server.settings import Settings
from server.store.tables import metadata
from server.web.pages.help_documents import MANUALS, PUBLIC, TRANSLATED, HelpLibrary
from tests.docs.documents import DOCS, named_in, rows_of, text_of, words_of
from tests.harness.programs import PROJECT
from tests.harness.sources import assert_faultless, files, name_of

FILES = sorted(DOCS.rglob("*.md")) + [PROJECT / name for name in ("README.md", "CHANGELOG.md", "SECURITY.md")]
FRENCH = [*sorted((DOCS / "manuels").glob("*.md")), DOCS / "accessibilite.md", DOCS / "LISEZMOI.md"]
OF_THEIR_DAY = {"decisions"}
"""Documents that were true when they were written, and are not updated."""
SOURCES = [
    path.relative_to(PROJECT).as_posix()
    for root in ("server", "kiosk", "signage", "hardware", "tests", ".ci")
    for path in (PROJECT / root).rglob("*.py")
]
LINK = re.compile(r"\]\(([^)#\s]+)")


def dead_links(file: Path) -> list[str]:
    links = [link for link in LINK.findall(file.read_text(encoding="utf-8")) if "://" not in link]
    return [link for link in links if not (file.parent / link).exists()]


def wrong_titles(file: Path) -> Iterator[str]:
    text = re.sub(r"```.*?```", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    if not text.startswith("# "):
        yield "begins without a title"
    titles = re.findall(r"^# .*", text, re.MULTILINE)
    if len(titles) != 1:
        yield f"has these titles: {titles}"


def uneven_tables(file: Path) -> list[list[int]]:
    lines = file.read_text(encoding="utf-8").splitlines()
    tables: list[list[int]] = []
    for line, before in zip(lines, ["", *lines], strict=False):
        if line.startswith("|"):
            if not before.startswith("|"):
                tables.append([])
            tables[-1].append(len(re.findall(r"(?<!\\)\|", re.sub(r"`[^`]*`", "", line))))
    return [table for table in tables if len(set(table)) > 1]


def signs_of_typewriters(file: Path) -> list[str]:
    text = re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.findall(r"\w'\w+|\w* [:;?!»](?!\w)|« \w*", text)


def missing_python_files(file: Path) -> set[str]:
    named = re.findall(r"[`\[]((?:\w+/)*\w+\.py)\b", file.read_text(encoding="utf-8"))
    return {name for name in named if not any(f"/{path}".endswith(f"/{name}") for path in SOURCES)}


def missing_paths(file: Path) -> list[str]:
    named = re.findall(r"`((?:server|kiosk|signage|hardware)/[^`\s]*)`", file.read_text(encoding="utf-8"))
    return [path for path in named if not any(PROJECT.glob(path))]


def test_every_link_to_a_file_leads_to_one():
    assert_faultless(FILES, dead_links, name=name_of)


def test_every_document_begins_with_its_only_title():
    assert_faultless(FILES, wrong_titles, name=name_of)


def test_every_row_of_a_table_has_as_many_cells_as_its_head():
    assert_faultless(FILES, uneven_tables, name=name_of)


def test_french_has_real_apostrophes_and_hard_spaces():
    assert_faultless(FRENCH, signs_of_typewriters, name=name_of)


def test_a_manual_is_one_page():
    lengths = {name_of(file): len(file.read_text(encoding="utf-8").split()) for file in FRENCH}
    too_long = {name: words for name, words in lengths.items() if words >= 800}
    assert not too_long, str(too_long)


def test_every_python_file_that_is_named_exists():
    kept = [file for file in FILES if OF_THEIR_DAY.isdisjoint(file.parts)]
    assert_faultless(kept, missing_python_files, name=name_of)


def test_every_path_of_the_code_that_is_named_exists():
    kept = [file for file in FILES if OF_THEIR_DAY.isdisjoint(file.parts)]
    assert_faultless(kept, missing_paths, name=name_of)


def test_every_role_has_a_manual_and_each_says_what_to_do_when_something_fails():
    documents = HelpLibrary(DOCS).documents()
    assert set(MANUALS) == set(ROLES)
    for name in {*MANUALS.values(), "manuels/usager"}:
        headings = {heading.text for heading in documents[name].rendered.headings}
        assert "Quand quelque chose ne va pas" in headings, name


def test_every_public_document_exists():
    assert set(HelpLibrary(DOCS).documents()) >= PUBLIC


def test_every_decision_has_context_decision_and_consequences_or_is_superseded():
    numbers = []
    for file in sorted((DOCS / "decisions").glob("*.md")):
        text = file.read_text(encoding="utf-8")
        numbers.append(int(file.name[:4]))
        assert text.startswith(f"# {numbers[-1]}. "), file.name
        is_superseded = re.search(r"\n\nSuperseded by \[decision \d+\]", text)
        for part in (
            ("**Decision.**",) if is_superseded else ("**Context.**", "**Decision.**", "**Consequences.**")
        ):
            assert part in text, f"{file.name} has no {part}"
    assert numbers == list(range(1, len(numbers) + 1))


RECIPES = dict(
    re.findall(
        r"^### ([^\n]+)\n(.*?)(?=^### |\Z)",
        text_of("CONTRIBUTING").partition("## How to add")[2],
        re.MULTILINE | re.DOTALL,
    )
)
KINDS = {
    *("A verb", "An indicator", "A kind of notice", "A language", "A language of visitors", "A setting"),
    *("A migration", "A statement", "A use case", "A page", "An alarm", "What asks for attention"),
    *("A printer transport", "A protocol of printers that fetch their jobs"),
    *("A field of a device’s report", "A field of an entry of the register"),
}


def examples_in(recipe: str) -> list[str]:
    """The names of a recipe's example: the code of its line « Example: … »."""
    [line] = re.findall(r"Example: ((?:`[^`]+`(?:, )?)+)", recipe)
    return re.findall(r"`([^`]+)`", line)


def paths_in(recipe: str) -> list[str]:
    """The files of a recipe's list; a French catalogue represents those of every language."""
    paths = re.findall(r"^- `([^`]+)`:", recipe, re.MULTILINE)
    return [
        path.replace("/fr/LC_MESSAGES/", f"/{language}/LC_MESSAGES/")
        for path in paths
        for language in (LANGUAGES if "/fr/LC_MESSAGES/" in path else ("",))
    ]


def test_every_kind_of_change_has_a_recipe():
    assert set(RECIPES) == KINDS
    assert all(len(paths_in(recipe)) >= 3 for recipe in RECIPES.values())


@pytest.mark.parametrize("kind", sorted(RECIPES))
def test_every_file_of_a_recipe_contains_its_example(kind: str):
    examples = "|".join(map(re.escape, examples_in(RECIPES[kind])))
    names = re.compile(rf"(?<![a-z])(?:{examples})(?![a-z])", re.IGNORECASE)
    texts = {path: (PROJECT / path).read_text(encoding="utf-8") for path in paths_in(RECIPES[kind])}
    assert [path for path, text in texts.items() if not names.search(text)] == []


def test_every_file_a_recipe_names_exists():
    named = re.findall(r"`((?:server|kiosk|signage|hardware|tests|docs)/[^`\s]+)`", text_of("CONTRIBUTING"))
    assert [path for path in named if not (PROJECT / path).exists()] == []


def test_every_name_a_recipe_says_is_one_of_the_code():
    named = re.findall(r"`([A-Za-z_]\w+)(?:\.([a-z_]+))?(?:\(.*?\))?`", "".join(RECIPES.values()))
    words = {word for path in files(".py", ".js") for word in re.findall(r"\w+", path.read_text("utf-8"))}
    settings = {f"PARVIS_{name.upper()}" for name in Settings.model_fields}
    assert {name for parts in named for name in parts if name} - words - settings == set()


def test_the_pages_of_reference_are_those_that_the_code_makes():
    made = runpy.run_path(str(PROJECT / ".ci" / "reference.py"))["pages"]()
    assert {name: text_of(name) for name in made} == made, "type: make reference"


def test_every_kind_of_what_asks_for_attention_is_documented_and_none_else():
    named = [re.match(r"`(\w+)`", row[0]) for row in rows_of("rules/attention")]
    assert sorted(found[1] for found in named if found) == sorted(AttentionKind)


def test_every_indicator_has_a_heading_of_its_own():
    headings = set(re.findall(r"^### ([a-z0-9_]+)$", text_of("rules/indicators"), re.MULTILINE))
    assert headings == set(INDICATORS)


def test_the_table_of_a_notice_in_prose_is_the_one_in_code():
    documented = named_in("rules/notices")
    assert set(documented) == set(NoticeVerb)
    for verb in NoticeVerb:
        _, before, after, who = documented[verb]
        pairs = {(start, end) for (start, by), end in NOTICE_TRANSITIONS.items() if by is verb}
        [reached] = re.findall(r"^`([a-z]+)`", after)
        assert {
            (NoticeState(name), NoticeState(reached)) for name in re.findall(r"`([a-z]+)`", before)
        } == pairs
        needed = {"draft": "whoever drafts", "publish": "whoever publishes"}
        by_itself = {NoticeVerb.EXPIRE: "the clock", NoticeVerb.REPLACE: "the publication of its correction"}
        assert who.startswith(by_itself.get(verb) or needed[VERB_NEEDS[verb]]), verb


WHO = (
    "A visitor at the kiosk",
    "A person on the hall's network",
    "An agent",
    "A former agent",
    "A stolen device",
    "The owner of the database",
)
THREATS = text_of("threats")


def rows(section: str) -> list[list[str]]:
    """The lines of a section's table, without its head."""
    body = THREATS.partition(f"## {section}\n")[2].partition("\n## ")[0]
    lines = [line for line in body.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_threat_has_an_answer_and_a_test():
    for section in WHO:
        assert rows(section), section
        for row in rows(section):
            assert len(row) == 4, row
            assert all(row[:3]), row
            assert re.search(r"`test_\w+`", row[2]), row


def test_every_test_that_is_named_exists():
    defined = {
        name
        for file in (PROJECT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    named = re.findall(r"`(test_\w+)`", THREATS)
    assert [name for name in named if name not in defined] == []


def test_the_security_page_leads_to_the_threats():
    assert "docs/threats.md" in (PROJECT / "SECURITY.md").read_text(encoding="utf-8")


GLOSSARY = words_of("glossary")


def is_in_glossary(term: str) -> bool:
    """Whether the glossary has the term as written in code, or as words."""
    return f" {term.lower()} " in GLOSSARY or f" {term.lower().replace('_', ' ')} " in GLOSSARY


def words(fact: FactKind) -> list[str]:
    """The words of a fact's name."""
    return re.findall(r"[A-Z][a-z]+", fact)


def test_a_table_is_named_with_a_glossary_word():
    # the journals are tables of facts
    unknown = [table for table in metadata.tables if not is_in_glossary(table.removesuffix("_fact"))]
    assert not unknown, str(unknown)


def test_a_fact_is_named_with_glossary_words():
    assert_faultless(FactKind, lambda fact: [word for word in words(fact) if not is_in_glossary(word)])


def test_permissions_roles_states_and_reasons_are_in_the_glossary():
    terms = {*Permission, *ROLES, *SCOPES, *DEVICE_KINDS, *EndReason, *LegState, *Verb} - {"close_day"}
    unknown = [term for term in sorted(terms) if not is_in_glossary(term)]
    assert not unknown, str(unknown)


def test_every_word_has_a_meaning_and_one_entry():
    rows = [row for row in rows_of("glossary") if len(row) == 3]
    assert [row[0] for row in rows if not row[2] and not row[1]] == []
    terms = [row[0] for row in rows]
    assert sorted({term for term in terms if terms.count(term) > 1}) == []


# --- manuals say what the product does --------------------------------------------------------


OF_THE_IT_SERVICE = {
    "service-informatique",
    "surveiller-le-serveur",
    "mettre-a-jour",
    "ouvrir-un-hall",
    "connexion",
    "https",
    "son",
    "ecrans",
    "apparence",
    "reseau-local",
}
"""Manuals of who installs and configures by documents: settings have their names there."""
OF_ROLES = sorted(
    file.relative_to(DOCS).with_suffix("").as_posix()
    for folder in ("manuels", "manuals")
    for file in (DOCS / folder).glob("*.md")
    if file.stem not in OF_THE_IT_SERVICE | {"administrator"}
)


def keys_in_text(name: str) -> set[str]:
    told = re.findall(r"\((?:touche )?([A-Z]|F\d+)\)|\btouche ([A-Z])\b", text_of(name))
    return {one or other for one, other in told}


def test_a_key_in_the_text_of_a_manual_is_one_of_the_console():
    known = set(usual_keys().values())
    assert_faultless(OF_ROLES, lambda name: keys_in_text(name) - known)


@pytest.mark.parametrize("name", ["manuels/agent", "manuals/agent"])
def test_each_key_of_the_console_is_in_the_table_of_the_agent(name: str):
    told = re.findall(r"^\|[^|]+\|[^|]+\| ([A-Z]\d*) \|$", text_of(name), re.MULTILINE)
    assert sorted(told) == sorted(usual_keys().values())


def properties(schema: object) -> Iterator[str]:
    """The names of fields in a JSON Schema, at every depth."""
    if isinstance(schema, Mapping):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from properties(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from properties(part)


FIELDS = {*properties(json_schema("hall")), *properties(json_schema("installation"))}


def settings_in(name: str) -> set[str]:
    text = text_of(name)
    # a code with a space is a command
    codes = {part for code in re.findall(r"`([^`\s]+)`", text) for part in code.split(".")}
    return codes & FIELDS | set(re.findall(r"PARVIS_\w*", text))


def test_a_manual_of_a_role_says_no_name_of_a_setting():
    assert_faultless(OF_ROLES, settings_in)


@pytest.mark.parametrize(("french", "english"), sorted(TRANSLATED.items()))
def test_an_english_manual_has_the_parts_of_the_french_one_and_is_one_page(french: str, english: str):
    documents = HelpLibrary(DOCS).documents()
    levels = [[each.level for each in documents[name].rendered.headings] for name in (french, english)]
    assert levels[0] == levels[1]
    assert len(text_of(english).split()) < 800


def test_every_english_manual_is_one_of_those_translated():
    files = (DOCS / "manuals").glob("*.md")
    assert {f"manuals/{file.stem}" for file in files} == set(TRANSLATED.values())
