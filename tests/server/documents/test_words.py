"""Any exported document is read again unchanged; its places, changes, fields and choices have words."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from server.documents.content import changes_between
from server.documents.problems import CATALOGUE as PROBLEMS
from server.documents.problems import SENTENCES, DocumentRefused, problem
from server.documents.reading import export_text, normal_content, parse_hall, parse_installation
from server.documents.words import CATALOGUE, Words, choices, fields
from server.language import Catalogues
from tests.harness.sentences import TRANSLATE
from tests.server.documents.contents import (
    SITES,
    changed,
    demonstration,
    hall_contents,
    service,
    small_hall,
    small_installation,
)

WORDS = Words(TRANSLATE, "fr")


def sentences(*edits):
    content = small_hall()
    for path, value in edits:
        content = changed(content, path, value)
    found = changes_between(small_hall(), content)
    return [WORDS.sentence(change, small_hall(), content).replace("\u00a0", " ") for change in found]


def test_every_field_and_every_choice_has_a_word_and_no_word_is_left_over():
    expected = {f"field.{name}" for name in fields()}
    expected |= {f"choice.{name}.{each}" for name, offered in choices().items() for each in offered}
    translated = {key.removeprefix(CATALOGUE) for key in catalogue("fr", "document_words")}
    assert {key for key in translated if key.startswith(("field.", "choice."))} == expected


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (
            "services.1.names.fr",
            "Titres",
            "Démarches › « Titres » › Nom › français : « titres » → « Titres »",
        ),
        ("services.0.mode", "both", "Ajouté : Démarches › « accueil » › Accueil : avec ou sans rendez-vous"),
        (
            "calendar.week.monday",
            ["09:00-12:00"],
            "Horaires › Semaine › Lundi : 08:30-12:00, 13:30-16:00 → 09:00-12:00",
        ),
        ("calendar.week.monday", [], "Horaires › Semaine › Lundi : 08:30-12:00, 13:30-16:00 → fermé"),
        ("asks_needs", False, "Ajouté : La borne demande ce qui aide : non"),
        ("services.0.target_s", 1200, "Ajouté : Démarches › « accueil » › Objectif d’attente : 20 min"),
        (
            "services.0.appointment_series",
            {"prefix": "RR", "first": 1, "last": None},
            "Ajouté : Démarches › « accueil » › Numéros des rendez-vous : Lettre « RR », Premier numéro 1",
        ),
        ("services.0.target_s", 90, "Ajouté : Démarches › « accueil » › Objectif d’attente : 90 s"),
        (
            "counters.1",
            {"id": "guise-g2", "labels": {"fr": "guichet 2"}},
            "Ajouté : Guichets › « guichet 2 »",
        ),
        (
            "counters.0.hearing_loop_tested_on",
            "2026-11-03",
            "Ajouté : Guichets › « guichet 1 » › Dernier essai de la boucle : 3 novembre 2026",
        ),
        (
            "calendar.exceptions",
            [{"on": "2026-12-24", "spans": [], "why": {"fr": "Réveillon"}}],
            "Ajouté : Horaires › Jours d’exception : 24 décembre 2026, « Réveillon » (Heures fermé)",
        ),
    ],
)
def test_a_change_is_described_in_words(path, value, sentence):
    assert sentences((path, value)) == [sentence]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], ["guise-titres"], "toutes → « titres »"),
        (["guise-titres"], [], "« titres » → toutes"),
        (["guise-accueil"], ["guise-accueil", "guise-titres"], "en plus « titres »"),
        (["guise-accueil", "guise-titres"], ["guise-titres"], "en moins « accueil »"),
        (["guise-accueil"], ["guise-titres"], "en plus « titres », en moins « accueil »"),
        (["guise-accueil"], ["guise-gone"], "« accueil » → guise-gone"),
    ],
)
def test_the_offer_of_a_kiosk_is_listed_by_the_names_of_services(before, after, expected):
    old, new = (
        normal_content(
            "hall", small_hall(kiosks=[{"id": "guise-b", "label": "Entrée", "services": services}])
        )
        for services in (before, after)
    )
    (change,) = changes_between(old, new)
    sentence = WORDS.sentence(change, old, new).replace("\u00a0", " ")
    assert sentence == f"Bornes › « Entrée » › Démarches : {expected}"


def test_the_services_of_a_counter_are_named_and_none_is_empty():
    (sentence,) = sentences(("counters.0.services", ["guise-titres"]))
    assert sentence == "Guichets › « guichet 1 » › Démarches : en moins « accueil »"
    (sentence,) = sentences(("counters.0.services", ["guise-titres", "guise-accueil"]))
    assert (
        sentence == "Guichets › « guichet 1 » › Démarches : « accueil », « titres » → « titres », « accueil »"
    )
    assert WORDS.value("counters[guise-g1].services", [], small_hall()) == "rien"
    assert WORDS.value("kiosks[guise-b].services", [], small_hall()) == "toutes"


def test_an_order_and_a_removal_are_described():
    content = small_hall()
    content["services"].reverse()
    (moved,) = changes_between(small_hall(), content)
    assert (
        WORDS.sentence(moved, small_hall(), content)
        == "Démarches\u00a0: nouvel ordre\u00a0: «\u00a0titres\u00a0», «\u00a0accueil\u00a0»"
    )
    content = small_hall(services=small_hall()["services"][:1])
    (removed,) = changes_between(small_hall(), content)
    assert WORDS.sentence(removed, small_hall(), content).replace("\u00a0", " ") == (
        "Retiré : Démarches › « titres » : File d’attente « File », Numéros (Lettre « C »)"
    )


def test_an_exceptional_day_is_reviewed_by_its_day_and_its_hours():
    def calendar(*days):
        return normal_content(
            "hall", small_hall() | {"calendar": small_hall()["calendar"] | {"exceptions": days}}
        )

    training = {"why": {"fr": "Formation des agents"}}
    old = calendar({"on": "2026-12-14", **training}, {"on": "2026-12-15", "spans": ["09:00-12:00"]})
    new = calendar({"on": "2027-12-14", **training}, {"on": "2026-12-15", "spans": []})
    said = {WORDS.sentence(each, old, new).replace("\u00a0", " ") for each in changes_between(old, new)}
    assert said == {
        "Retiré : Horaires › Jours d’exception › 14 décembre 2026, « Formation des agents » : Heures fermé",
        "Ajouté : Horaires › Jours d’exception › 14 décembre 2027, « Formation des agents » : Heures fermé",
        "Horaires › Jours d’exception › 15 décembre 2026 › Heures : 09:00-12:00 → fermé",
    }


def test_school_holidays_are_reviewed_by_their_first_day():
    before, after = small_installation(), small_installation()
    holidays = {"name": "Toussaint", "starts_on": "2026-10-17", "last_on": "2026-11-01"}
    before["sites"][0]["school_holidays"] = [holidays | {"last_on": "2026-11-02"}]
    after["sites"][0]["school_holidays"] = [holidays, holidays | {"name": "Noël", "starts_on": "2026-12-19"}]
    found = [
        WORDS.sentence(each, before, after).replace("\u00a0", " ") for each in changes_between(before, after)
    ]
    assert [sentence.partition("Vacances scolaires › ")[2] for sentence in found] == [
        "17 octobre 2026, « Toussaint » › Dernier jour : 2 novembre 2026 → 1 novembre 2026",
        "19 décembre 2026, « Noël » : Dernier jour 1 novembre 2026",
    ]


def test_the_place_of_a_problem_is_named_by_its_number():
    place = WORDS.place("services[1].series.prefix", small_hall())
    assert place == "Démarches › «\u00a0titres\u00a0» › Numéros › Lettre"
    assert (
        WORDS.place("sites[0].time_zone", small_installation())
        == "Sites › «\u00a0Guise\u00a0» › Fuseau horaire"
    )
    assert WORDS.place("services[9].unheard_of", small_hall()) == "Démarches › «\u00a09\u00a0» › unheard_of"
    assert WORDS.place("", small_hall()) == "Tout le document"


def test_a_long_value_is_cut():
    (sentence,) = sentences(("services.0.how_to_book", {"fr": "a" * 200}))
    assert sentence.endswith("… »")
    assert len(sentence) < 200


def test_a_long_text_is_shown_where_it_changes():
    how = (
        "Prenez rendez-vous sur place. " * 5 + f"Le service répond le {day}." for day in ("lundi", "jeudi")
    )
    old, new = (changed(small_hall(), "services.0.how_to_book", {"fr": each}) for each in how)
    (change,) = changes_between(old, new)
    before, after = WORDS.sentence(change, old, new).replace("\u00a0", " ").split(" → ")
    assert before.endswith("lundi. »")
    assert after.endswith("jeudi. »")


def test_a_long_list_of_services_is_listed_whole():
    content = small_hall(services=[service(f"demande-{at}", "A") for at in range(20)])
    listed = WORDS.value("kiosks[guise-b].services", [each["id"] for each in content["services"]], content)
    assert all(f"demande-{at}\u00a0»" in listed for at in range(20))


PLAIN = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
KEYS = st.sampled_from(sorted(fields())) | st.text(max_size=4)
ANYTHING = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)


@given(KEYS, ANYTHING)
def test_changes_of_any_draft_can_be_put_into_words(key, value):
    content = small_hall() | {key: value}
    for before, after in ((small_hall(), content), (content, small_hall())):
        for change in changes_between(before, after):
            assert WORDS.sentence(change, before, after)
            assert WORDS.place(change.path, before, after)


@pytest.mark.parametrize("slug", SITES)
def test_exporting_and_importing_a_demonstration_hall_gives_the_same_bytes(slug):
    assert export_text(parse_hall(demonstration(slug))) == demonstration(slug)


def test_exporting_and_importing_the_demonstration_installation_gives_the_same_bytes():
    assert export_text(parse_installation(demonstration("installation"))) == demonstration("installation")


@given(hall_contents())
def test_exporting_and_importing_gives_the_same_bytes(content):
    text = export_text(parse_hall(content))
    again = parse_hall(text)
    assert again == parse_hall(content)
    assert export_text(again) == text


def test_a_kiosk_that_offers_everything_is_exported_without_a_list():
    kiosk = {"id": "guise-b", "label": "Borne"}
    absent = parse_hall(small_hall(kiosks=[kiosk]))
    empty = parse_hall(small_hall(kiosks=[kiosk | {"services": []}]))
    assert export_text(absent) == export_text(empty)
    assert "services" not in absent.model_dump(mode="json")["kiosks"][0]


@given(hall_contents(), st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_change_the_export(content, order):
    assert export_text(parse_hall(_keys_shuffled(content, order))) == export_text(parse_hall(content))


def _keys_shuffled(content, order):
    if isinstance(content, dict):
        pairs = [(key, _keys_shuffled(value, order)) for key, value in content.items()]
        order.shuffle(pairs)
        return dict(pairs)
    return [_keys_shuffled(value, order) for value in content] if isinstance(content, list) else content


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_any_value_anywhere_is_read_or_refused_with_problems(data):
    content = small_hall(
        kiosks=[{"id": "guise-b", "label": "B", "printer": {"host": None}}],
    )
    path = data.draw(st.sampled_from(sorted(_paths(content))))
    problems = _problems_or_none(changed(content, path, data.draw(json_values)))
    assert problems is None or (
        problems and all(each.key.startswith("documents.problem.") for each in problems)
    )


def _problems_or_none(content):
    try:
        parse_hall(content)
    except DocumentRefused as refused:
        return refused.problems
    return None


def _paths(content, start=""):
    items = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in items:
        yield f"{start}{key}"
        if isinstance(value, dict | list):
            yield from _paths(value, f"{start}{key}.")


DOCUMENTS = Path(__file__).parents[3] / "server" / "documents"
SAYS_A_CODE = ("problem", "warning", "broken_rule")
KNOWN_APART = {"unknown_key_nearest"} | {sentence for _, sentence in SENTENCES.values()}


def catalogue(language: str, domain: str = "documents") -> dict[str, str]:
    path = DOCUMENTS / "translations" / language / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file, abort_invalid=True) if each.id}


def codes_in_the_code() -> set[str]:
    """The codes given to `problem`, `warning` and `broken_rule` anywhere in the package."""
    calls = (
        node
        for path in DOCUMENTS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYS_A_CODE
    )
    constants = (argument for call in calls for argument in call.args if isinstance(argument, ast.Constant))
    return {constant.value for constant in constants if isinstance(constant.value, str)}


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_every_problem_has_a_sentence_and_no_sentence_is_left_over(language):
    expected = {PROBLEMS + code for code in codes_in_the_code() | KNOWN_APART | {"invalid"}}
    sentences = catalogue(language)
    assert set(sentences) == expected
    assert all(sentences.values())


@pytest.mark.parametrize("language", ["en", "es"])
def test_placeholders_are_those_of_the_french_sentence(language):
    def placeholders(sentence: str) -> set[str]:
        return set(re.findall(r"{(\w+)}", sentence))

    french = catalogue("fr")
    for key, sentence in catalogue(language).items():
        assert placeholders(sentence) == placeholders(french[key]), key


def test_a_problem_calls_a_language_by_its_name():
    translate = Catalogues((("documents", DOCUMENTS / "translations"),)).translate
    missing = problem(("names", "en"), "missing_translation", language="en")
    assert missing.sentence(translate, "fr") == "La traduction en anglais manque."
    assert missing.sentence(translate, "en") == "The translation into English is missing."
