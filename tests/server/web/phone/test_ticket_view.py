"""The phone's first page, written by the server, says what its script will say."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from server.web.pages.hall.phone import (
    ahead_sentence,
    alert_words,
    closed_sentence,
    kept_sentence,
    part_of,
    wait_sentence,
)

PREPARED: Any = {
    "fr": {"kinds": {"evacuate": {"title": "Évacuez", "text": "Sortez."}}},
    "en": {"kinds": {"evacuate": {"title": "Leave", "text": "Go."}}},
}
CASES = json.loads((Path(__file__).parents[1] / "js" / "phone_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_the_page_and_its_script_have_the_same_sentences(case: dict[str, Any]):
    ticket = case["ticket"]
    assert part_of(ticket) == case["part"]
    assert as_json(ahead_sentence(ticket)) == case["ahead"]
    assert as_json(wait_sentence(ticket)) == case["wait"]
    assert as_json(closed_sentence(ticket)) == case.get("closed", ["phone.closed", {}])
    assert as_json(alert_words(ticket.get("alert"), "en", PREPARED)) == case.get("words", [])


def test_a_place_is_kept_to_an_opening_of_the_same_day_alone():
    today, tomorrow = date(2026, 11, 24), date(2026, 11, 25)
    said = [kept_sentence(opens_on, today)[0] for opens_on in (today, tomorrow, None)]
    assert said == ["phone.closed.keep", "phone.closed.only_today", "phone.closed.only_today"]


def as_json(said: object) -> Any:
    return json.loads(json.dumps(said))
