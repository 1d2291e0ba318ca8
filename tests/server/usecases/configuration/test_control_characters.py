"""Names of new documents hold no control characters; what was published once may come back."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from server.documents.problems import DocumentRefused
from server.documents.texts import has_orders
from server.domain.author import SYSTEM
from server.store.transactions.database import Database
from server.usecases.configuration.publication import publish_hall
from tests.harness.sql import execute
from tests.server.usecases.quality.figures_history import HALLS, Hands, database_with_hall

OLD, NEW = "Titres\x1b@", "Titres\x1bp0"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = database_with_hall(database_url, Hands(datetime(2026, 11, 24, 9, tzinfo=UTC)), "laon")
    yield made
    made.close()


def named(name: str) -> str:
    content: dict[str, Any] = json.loads((HALLS / "laon.json").read_text(encoding="utf-8"))
    content["services"][0]["names"]["fr"] = name
    return json.dumps(content)


def test_a_name_with_control_characters_is_refused_but_an_old_revision_can_be_restored(database: Database):
    with pytest.raises(DocumentRefused) as refused:
        publish_hall(database, SYSTEM, named(OLD))
    assert [(each.path, each.code) for each in refused.value.problems] == [
        ("services[0].names.fr", "control_characters")
    ]
    sql = "UPDATE document SET content = :content WHERE kind = 'hall'"
    execute(database, sql, content=named(OLD))
    publish_hall(database, SYSTEM, named("Titres"))
    with pytest.raises(DocumentRefused):
        publish_hall(database, SYSTEM, named(NEW))
    publish_hall(database, SYSTEM, named(OLD))


@pytest.mark.parametrize(
    ("text", "has_lines", "refused"),
    [
        ("Carte d’identité", False, False),
        ("می‌خواهم \u200f", False, False),
        ("Deux\nlignes", True, False),
        ("Deux\nlignes", False, True),
        ("tabulation\t", True, True),
        ("\x7f", False, True),
        ("\u202eeman", False, True),
    ],
)
def test_characters_that_printers_or_readers_obey_are_control_characters(
    text: str, has_lines: bool, refused: bool
):
    assert has_orders(text, has_lines=has_lines) is refused
