"""Drafts and their fields: each once on the pages, in words; refused or warned of before publication."""

import copy
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from babel.messages.pofile import read_po

from server.documents.hall import LISTS, HallDocument
from server.documents.installation import InstallationDocument
from server.documents.reading import json_schema, parse_hall, parse_installation
from server.domain.tickets import PREFIX_LETTERS
from server.web.pages.configuration.editing import (
    ICONS,
    OFFERED_LANGUAGES,
    REFERENCES,
    fields_in,
    form_of,
    part_name,
)
from server.web.pages.configuration.layout import GROUPS, NOT_EDITED, WHEN
from server.web.rendering.viewer import catalogue_file
from tests.harness.programs import PROJECT
from tests.server.usecases.quality.figures_history import HALLS
from tests.server.web.api_site import (
    HALL,
    INSTALLATION,
    LAON,
    OTHER,
    ApiSite,
    Editors,
    accepted,
    laon,
    refused,
)

# --- fields ---------------------------------------------------------------------------------------


FORMS: dict[str, dict[str, Any]] = {"hall": form_of("hall"), "installation": form_of("installation")}
WITHOUT_FIELDS = {"week"}
"""Parts that are one field: a week is written as a whole."""


def message_keys(path: Any) -> set[str]:
    with path.open("rb") as opened:
        return {str(m.id[0] if isinstance(m.id, tuple) else m.id) for m in read_po(opened, locale="fr")}


WORDS_KNOWN = message_keys(catalogue_file("editing")) | message_keys(catalogue_file("document_words"))


def groups_of(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    form = FORMS[kind]
    yield from ((kind, group) for section in form["sections"] for group in section["groups"])
    yield from ((part, group) for part, shown in form["parts"].items() for group in shown["groups"])


def shown(kind: str) -> Counter[tuple[str, str]]:
    """How often each field of each part is on the pages of a document."""
    return Counter((part, field["name"]) for part, group in groups_of(kind) for field in group["fields"])


def fields_of_models(kind: str) -> set[tuple[str, str]]:
    """The fields of a document's models, but those of a part that is only behind a field left out."""
    schema = json_schema(kind)  # type: ignore[arg-type]
    models = {part_name(name): model for name, model in schema["$defs"].items() if "properties" in model}
    behind = {"notice"}
    parts = {kind: schema, **{part: model for part, model in models.items() if part not in behind}}
    return {(part, name) for part, model in parts.items() for name in model["properties"]}


@pytest.mark.parametrize("kind", FORMS)
def test_every_field_of_the_models_is_on_exactly_one_page(kind):
    expected = {
        field
        for field in fields_of_models(kind)
        if field not in NOT_EDITED and field[0] not in WITHOUT_FIELDS
    }
    assert dict(shown(kind)) == dict.fromkeys(expected, 1)


def test_a_field_that_is_left_out_on_purpose_exists():
    everything = fields_of_models("hall") | fields_of_models("installation")
    assert set(NOT_EDITED) <= everything
    assert {*WHEN, *REFERENCES} <= everything
    assert {(part, other) for (part, _), (other, _) in WHEN.items()} <= everything
    named = {(part, name) for part, groups in GROUPS.items() for group in groups for name in group.fields}
    assert named <= everything


@pytest.mark.parametrize("kind", FORMS)
def test_every_field_choice_and_folded_group_has_words(kind):
    missing = []
    for part, group in groups_of(kind):
        if group["is_folded"] and f"editing.group.{part}.{group['key']}" not in WORDS_KNOWN:
            missing.append(f"group {part}.{group['key']}")
        for field in group["fields"]:
            own, usual = f"editing.field.{part}.{field['name']}", f"document_words.field.{field['name']}"
            if field["as"] != "constant" and not {own, usual} & WORDS_KNOWN:
                missing.append(own)
            missing += [word for word in words_of_choices(field) if word not in WORDS_KNOWN]
            if field["as"] == "parts":
                missing += [word for word in words_of_adding(field) if word not in WORDS_KNOWN]
    assert missing == []


def words_of_choices(field: dict[str, Any]) -> list[str]:
    if field["as"] not in ("choice", "choices") or field["name"] == "time_zone":
        return []
    usual = [f"document_words.choice.{field['name']}.{value}" for value in field["choices"]]
    own = [
        f"editing.choice.{field['name']}.{str(value).lower().replace('-', '_')}" for value in field["choices"]
    ]
    return [word if word in WORDS_KNOWN else other for word, other in zip(usual, own, strict=True)]


def words_of_adding(field: dict[str, Any]) -> list[str]:
    if field["key"]:
        return [f"editing.add.{field['label']}", f"editing.new.{field['label']}"]
    if len(field["parts"]) > 1:
        return [f"editing.add.{field['label']}.{part}" for part in field["parts"]]
    return [f"editing.add.{field['label']}"]


def test_a_section_has_its_name_and_says_what_it_is_for():
    sections = [
        f"editing.section.{kind}.{each['key']}" for kind, form in FORMS.items() for each in form["sections"]
    ]
    assert {word for name in sections for word in (name, f"{name}.what")} <= WORDS_KNOWN


def test_the_signs_offered_are_served_and_named():
    served = {path.stem for path in (PROJECT / "var" / "assets" / "icons").glob("*.svg")}
    assert set(ICONS) <= served
    assert {f"editing.icon.{name}" for name in ICONS} <= WORDS_KNOWN


def test_a_new_part_begins_as_its_model_does():
    parts = FORMS["hall"]["parts"]
    content = {
        "format": "parvis-hall-1",
        "hall": "ici",
        "name": "Ici",
        "site": "ici",
        "languages": ["fr"],
        "queues": [{**parts["queue"]["blank"], "id": "ici-file", "names": {"fr": "File"}}],
        "services": [
            {
                **parts["service"]["blank"],
                "id": "ici-accueil",
                "names": {"fr": "Accueil"},
                "queue": "ici-file",
                "series": {**parts["series"]["blank"], "prefix": "A"},
            }
        ],
        "counters": [
            {
                **parts["counter"]["blank"],
                "id": "ici-guichet-1",
                "labels": {"fr": "guichet 1"},
                "services": ["ici-accueil"],
            }
        ],
        "kiosks": [{**parts["kiosk"]["blank"], "id": "ici-borne", "label": "Borne"}],
        "screens": [{**parts["screen"]["blank"], "id": "ici-ecran", "label": "Écran"}],
        "profiles": [
            {
                **parts["profile"]["blank"],
                "id": "ici-profil",
                "names": {"fr": "Profil"},
                "queues": ["ici-file"],
            }
        ],
        "calendar": parts["calendar"]["blank"],
        "limits": parts["limits"]["blank"],
        "sound": parts["sound"]["blank"],
        "last_ticket": parts["last_ticket"]["blank"],
    }
    assert isinstance(parse_hall(json.dumps(content)), HallDocument)
    sites = FORMS["installation"]["parts"]
    installation = {
        "format": "parvis-installation-1",
        "organisation": "Ici",
        "brand": {**sites["brand"]["blank"], "name": "Ici"},
        "languages": list(OFFERED_LANGUAGES),
        "sites": [{**sites["site"]["blank"], "slug": "ici", "name": "Ici", "address": "1 rue"}],
    }
    assert isinstance(parse_installation(json.dumps(installation)), InstallationDocument)


def test_the_page_knows_the_letters_of_prefixes_and_every_list_with_ids():
    form = FORMS["hall"]
    assert set(form["letters"]) == PREFIX_LETTERS
    keyed = {
        field["name"] for each in form["sections"] for field in fields_in(each["groups"]) if field.get("key")
    }
    assert keyed == set(LISTS) - {name for part, name in NOT_EDITED if part == "hall"}


def test_lists_of_ids_lead_to_lists_of_the_document():
    sections = FORMS["hall"]["sections"]
    fields = {field["name"] for section in sections for field in fields_in(section["groups"])}
    assert {to for to in REFERENCES.values() if not to.endswith("_there")} <= fields


# --- drafts that nobody may publish ---------------------------------------------------------------


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


# --- hours that close a hall while people wait ----------------------------------------------------


CODE = "closes_with_people_waiting"
SITES = [each["slug"] for each in INSTALLATION["sites"]]


def with_tuesday(*spans: str) -> dict[str, Any]:
    """The installation with other hours at the site of Laon on the Tuesday of these tests, at ten."""
    content = copy.deepcopy(INSTALLATION)
    content["sites"][SITES.index(LAON["site"])]["calendar"]["week"]["tuesday"] = list(spans)
    return content


def own_hours(*spans: str) -> dict[str, Any]:
    site = with_tuesday(*spans)["sites"][SITES.index(LAON["site"])]
    return laon(calendar=site["calendar"])


def warned(saved: dict[str, Any]) -> list[tuple[str, bool, str]]:
    found = [each for each in saved["problems"] if each["code"] == CODE]
    return [(each["path"], each["is_warning"], each["sentence"].replace("\u00a0", " ")) for each in found]


def test_hours_that_close_a_hall_today_are_published_with_a_warning_of_the_people_waiting(api: ApiSite):
    editors = Editors(api)
    over = own_hours("08:30-09:45")
    version = accepted(editors.save("chief", over))["version"]
    assert warned(editors.read()["draft"]) == []  # nobody waits
    for _ in range(2):
        api.ticket()
    [(path, is_warning, sentence)] = warned(editors.read()["draft"])
    assert (path, is_warning) == ("calendar", True)
    assert "des personnes attendent (2)" in sentence
    assert accepted(editors.publish("chief", version))["revision"] == 2
    again = editors.save("chief", over | {"name": "Accueil"}, base=2)
    assert warned(accepted(again)) == []  # it is closed already


@pytest.mark.parametrize("spans", [("08:30-11:00",), ("08:30-09:45", "14:00-16:00")])
def test_hours_that_end_later_today_or_go_on_later_are_not_warned_of(api: ApiSite, spans: tuple[str, ...]):
    api.ticket()
    assert warned(accepted(Editors(api).save("chief", own_hours(*spans)))) == []


def test_hours_of_a_site_that_end_while_people_wait_give_the_warning_too(api: ApiSite):
    api.ticket()
    saved = accepted(Editors(api).save("ada", with_tuesday("08:30-09:45"), document="installation"))
    [(path, is_warning, sentence)] = warned(saved)
    assert (path, is_warning) == (f"sites[{SITES.index(LAON['site'])}].calendar", True)
    assert f"À « {LAON['name']} »" in sentence


def test_a_new_day_of_exception_that_is_over_is_warned_of_before_publication(api: ApiSite):
    editors = Editors(api)
    training = {"spans": [], "why": dict.fromkeys(LAON["languages"], "Formation des agents")}
    calendar = own_hours("08:30-12:00")["calendar"] | {
        "exceptions": [{"on": "2025-12-14"} | training, {"on": "2026-12-14"} | training]
    }
    version = accepted(editors.save("chief", laon(calendar=calendar)))["version"]
    [problem] = [each for each in editors.read()["draft"]["problems"] if each["code"] == "day_is_past"]
    assert (problem["path"], problem["is_warning"]) == ("calendar.exceptions[0].on", True)
    assert problem["place"].endswith("14 décembre 2025, «\u00a0Formation des agents\u00a0» › Date")
    assert problem["sentence"].startswith("Le 14 décembre 2025 est passé")
    # a published one is history: it is not warned of again
    accepted(editors.publish("chief", version))
    again = accepted(editors.save("chief", laon(calendar=calendar, name="Accueil"), base=2))
    assert [each for each in again["problems"] if each["code"] == "day_is_past"] == []
