"""Drafts that who configures may not publish: another hall, a page's name."""

import json
from typing import Any

import pytest

from tests.server.usecases.quality.figures_history import HALLS
from tests.server.web.api_site import HALL, OTHER, ApiSite, accepted, refused
from tests.server.web.configuration.editors import Editors


@pytest.fixture
def editors(api: ApiSite) -> Editors:
    return Editors(api)


def errors(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["path"], each["code"]) for each in found["problems"] if not each.get("is_warning")]


def problems_of_publishing(editors: Editors, who: str, content: Any, document: str = HALL) -> Any:
    saved = accepted(editors.save(who, content, document=document))
    told = refused(editors.publish(who, saved["version"], document=document), 422, "document_refused")
    assert errors(told) == errors(saved), "publishing refuses what the draft already tells"
    return errors(told)


def test_the_draft_of_one_hall_publishes_no_other(api: ApiSite):
    editors = Editors(api)
    text = (HALLS / f"{OTHER}.json").read_text(encoding="utf-8")
    there = json.loads(text) | {"site": HALL, "name": "Pris"}
    assert problems_of_publishing(editors, "chief", there) == [("hall", "other_hall")]
    assert api.database.configuration(OTHER).revision == 1
    halls, facts = api.count("hall"), api.count("installation_fact WHERE kind = 'HallCreated'")
    unknown = json.loads(text.replace(f'"{OTHER}', '"guise')) | {"site": HALL, "neighbours": []}
    saved = accepted(editors.save("chief", unknown, draft_version=1))
    told = refused(editors.publish("chief", saved["version"]), 422, "document_refused")
    assert errors(told) == [("hall", "other_hall")]
    assert api.count("hall") == halls
    assert api.count("installation_fact WHERE kind = 'HallCreated'") == facts


def test_no_document_is_called_as_a_page_is(editors: Editors):
    text = (HALLS / f"{OTHER}.json").read_text(encoding="utf-8").replace(f'"{OTHER}', '"nouveau')
    content = json.loads(text) | {"site": OTHER}
    refused(editors.save("ada", content, document="nouveau", base=0), 404, "unknown_configuration")
    file = {"text": json.dumps(content), "base_revision": 0}
    refused(editors.send("ada", "POST", "/nouveau/import", file), 404, "unknown_configuration")
