"""Documents hold together: links lead somewhere, each role has its manual, French keeps its own signs."""

import re
from collections.abc import Iterator
from pathlib import Path

from server.domain.people.roles import ROLES
from server.web.pages.help_documents import MANUALS, PUBLIC, HelpLibrary
from tests.docs.documents import DOCS
from tests.harness.programs import PROJECT
from tests.harness.sources import assert_faultless, name_of

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
