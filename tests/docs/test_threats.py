"""Each threat names the tests that cover it, and those tests exist."""

import re

from tests.docs.documents import text_of
from tests.harness.programs import PROJECT

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
