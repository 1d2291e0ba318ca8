"""The page of typed figures: one value, a pasted table shown before it is taken, remarks about days."""

import re
from typing import Any

import pytest

from server.language import LANGUAGES
from tests.server.web.api_site import HALL, SERVICE, ApiSite, accepted, csrf_of

PAGE = f"/qualite/saisies?hall={HALL}"
VALUE = {
    "indicateur": "calls_lost",
    "periode": "T3 2026",
    "valeur": "12,5",
    "source": "Standard",
    "formulaire": "one",
}
ROWS = "Période;Indicateur;Valeur;Unité\n09/2025;Attente médiane;18;min\n2025;Visites;20 345;\n"


@pytest.fixture
def chief(api: ApiSite) -> Any:
    return api.person("quality")


def post(browser: Any, path: str = "", **fields: str) -> Any:
    return browser.post(PAGE.replace("?", f"{path}?"), data=fields | {"csrf_token": csrf_of(browser)})


def text_of(page: str) -> str:
    return re.sub(r"(<[^>]*>|\s)+", " ", page)


def test_a_value_is_typed_read_with_its_source_and_withdrawn(api: ApiSite, chief: Any):
    done = post(chief, **VALUE)
    assert done.headers["Location"] == post(chief, **VALUE).headers["Location"]
    page = chief.get(done.headers["Location"]).text
    assert "La valeur est enregistrée." in page
    row = "Appels perdus 1er juillet – 30 septembre 2026 12,5 % Standard 24 nov. 2026, 10:00 quality Retirer"
    assert row in text_of(page)
    assert api.count("typed_figure") == 1, "two presses on one form are one"
    [figure] = set(re.findall(r'name="valeur" value="([^"]+)"', page))
    post(chief, "/retrait", valeur=figure)
    assert "Aucune valeur saisie" in chief.get(PAGE).text
    assert "Chiffre saisi retiré" in api.person("supervisor").get(f"/journal?hall={HALL}").text


def test_a_pasted_table_is_shown_first_then_taken_as_values_of_another_tool(api: ApiSite, chief: Any):
    pasted = {"valeurs": ROWS, "source": "Ancien logiciel", "formulaire": "two"}
    shown = text_of(post(chief, "/coller", **pasted).text)
    assert "2 valeurs lues, à vérifier" in shown
    assert "Attente médiane autre outil septembre 2025 18 min" in shown
    assert api.count("typed_figure") == 0
    taken = post(chief, "/coller", **pasted, prendre="oui")
    assert "Visites autre outil 1er janvier – 31 décembre 2025 20 345 Ancien logiciel" in text_of(
        chief.get(taken.headers["Location"]).text
    )


@pytest.mark.parametrize(
    ("path", "changed", "sentence"),
    [
        ("", {"valeur": "douze"}, "Donnez un nombre, par exemple 12,5."),
        ("", {"valeur": "101"}, "Donnez une valeur entre 0 et 100"),
        ("", {"periode": "hier"}, "Donnez un mois, un trimestre ou une année"),
        ("", {"source": ""}, "Dites d’où vient ce chiffre"),
        ("", {"indicateur": "wait_median"}, "Choisissez un indicateur de la liste."),
        (
            "/coller",
            {"valeurs": ROWS + "2025-08;Attente médiane;900;s"},
            "Ligne 4, colonne 4 (unité) : « s » n’est pas l’unité de cet indicateur (min). Rien n’a été",
        ),
        ("/jour", {"jour": "2026-11-24", "remarque": " "}, "Dites en quelques mots ce qui explique ce jour"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_form_keeps_what_was_typed(
    api: ApiSite, chief: Any, path: str, changed: dict[str, str], sentence: str
):
    answer = post(chief, path, **(VALUE | changed))
    assert answer.status_code == 422
    assert sentence in text_of(answer.text)
    assert answer.text.count('aria-invalid="true"') == 1
    assert api.count("typed_figure") == api.count("day_annotation") == 0


def test_a_remark_explains_a_day_until_it_is_withdrawn(chief: Any):
    added = post(chief, "/jour", jour="2026-11-19", remarque="grève")
    page = chief.get(added.headers["Location"]).text
    assert "19 novembre 2026 grève" in text_of(page)
    assert "/qualite/explorer?hall=laon&amp;duree=day&amp;jour=2026-11-19#avant-apres" in page
    [annotation] = set(re.findall(r'name="remarque" value="([^"]+)"><button', page))
    post(chief, "/jour/retrait", remarque=annotation)
    assert "Aucune remarque." in chief.get(PAGE).text


def test_the_committee_reads_and_enters_nothing(api: ApiSite, chief: Any):
    post(chief, **VALUE)
    member = api.person("committee")
    page = member.get(PAGE).text
    assert "Standard" in page
    assert "<form" not in page.partition("<main")[2]
    assert post(member, **VALUE).status_code == 403


def test_what_a_site_does_not_count_is_said_once_on_each_page_of_figures(chief: Any):
    said = "Non compté dans ces chiffres\u00a0: file extérieure, contrôle d’accès."
    for path in (PAGE, f"/qualite?hall={HALL}", f"/qualite/explorer?hall={HALL}"):
        assert chief.get(path).text.count(said) == 1


def test_no_key_is_left_untranslated(api: ApiSite, chief: Any):
    post(chief, **VALUE)
    for language in LANGUAGES:
        page = chief.get(f"{PAGE}&lang={language}").text
        assert not re.search(r"\b(typed_figures|refusal|quality)\.[a-z_.]+", page.partition("<main")[2])


def test_a_key_types_reads_and_withdraws_values_of_a_service(api: ApiSite):
    token, path = api.new_key("figures"), f"/halls/{HALL}/typed-figures"
    delay = {"indicator": "letters_delay", "period": "2026-09", "value": 7.5, "source": "Courrier"}
    figures = {"figures": [delay | {"service": SERVICE}, delay]}
    key = {"Idempotency-Key": "september"}
    typed = accepted(api.post(path, figures, token=token, headers=key), 201)["figures"]
    assert accepted(api.post(path, figures, token=token, headers=key), 201)["figures"] == typed
    read = accepted(api.get(path, token=api.new_key("read")))["figures"]
    assert [(each["figure"], each["service"], each["value"], each["unit"]) for each in read] == [
        (typed[1], None, 7.5, "days"),
        (typed[0], SERVICE, 7.5, "days"),
    ]
    row = "Délai moyen de réponse au courrier Accueil et renseignements septembre 2026 7,5 j Courrier"
    assert row in text_of(api.person("quality").get(PAGE).text)
    accepted(api.post(f"{path}/{typed[0]}/withdraw", {}, token=token), 201)
    assert len(accepted(api.get(path, token=token))["figures"]) == 1
    for wrong, code in (
        (delay | {"indicator": "wait_median"}, "typed_indicator_measured"),
        (delay | {"service": "nowhere"}, "unknown_service"),
        (delay | {"indicator": "calls_lost", "service": SERVICE}, "typed_of_whole_hall"),
        (delay | {"period": "2026-W40"}, "bad_typed_period"),
    ):
        assert api.post(path, {"figures": [delay, wrong]}, token=token).get_json()["code"] == code
    assert api.post(path, figures, token=api.new_key("read")).status_code == 403
    assert len(accepted(api.get(path, token=token))["figures"]) == 1
