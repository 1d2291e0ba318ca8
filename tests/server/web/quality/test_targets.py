"""The page of targets and its API; the explorer’s tables of surveys and of devices."""

import csv
import html
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from server.domain.surveys.campaigns import StoredQuestion, question_of
from server.language import LANGUAGES
from server.store.devices.sightings import PresenceCheck, add_checks
from server.store.surveys import AnswerRow, SurveyRow, add_answer, insert_survey
from server.usecases.surveys.open_survey import publish_answers
from tests.server.usecases.quality.figures_history import Hands, database_with_hall, play_days
from tests.server.web.api_site import HALL, OTHER, SERVICE, ApiSite, accepted, csrf_of, refused
from tests.server.web.quality.test_quality import Site

PAGE = f"/objectifs?hall={HALL}"
FORM = {
    "demarche": SERVICE,
    "minutes": "8",
    "part": "85",
    "debut": "2026-12-01",
    "decide_le": "2026-11-20",
    "par": "Comité local des usagers",
    "formulaire": "one",
}
BODY = {
    "service": SERVICE,
    "wait_s": 480,
    "share_percent": 85,
    "applies_from_on": "2026-12-01",
    "decided_on": "2026-11-20",
    "decided_by": "Comité local des usagers",
}


@pytest.fixture
def chief(api: ApiSite) -> Any:
    return api.person("supervisor")


def press(browser: Any, **changed: str) -> Any:
    return browser.post(PAGE, data=FORM | changed | {"csrf_token": csrf_of(browser)})


def decided(api: ApiSite) -> int:
    return api.count("hall_fact WHERE kind = 'TargetDecided'")


OCTOBER = "/qualite/explorer?hall=laon&hall=vervins&du=2026-10-01&au=2026-10-31"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    """A survey of October in two halls, answered in Laon by 12 people and in Vervins by 30; two devices."""
    place = tmp_path_factory.mktemp("other") / "parvis.db"
    place.write_bytes(migrated_sqlite.read_bytes())
    database = database_with_hall(f"sqlite:///{place}", Hands(), "laon", "vervins")
    play_days(database, date(2026, 10, 20), 2, a_day=20)
    laon, vervins = (database.hall_id(hall) for hall in ("laon", "vervins"))
    at = datetime(2026, 10, 1, 8, tzinfo=UTC)
    question: StoredQuestion = {"id": "q1", "kind": "smiley", "texts": {"fr": "Content ?"}}
    autumn = SurveyRow(
        id="s",
        audience="visitors",
        state="open",
        title="Automne",
        halls=[laon, vervins],
        opens_on=date(2026, 10, 5),
        closes_on=date(2026, 10, 30),
        channels=["link", "ticket"],
        languages=["fr"],
        outside="",
        quotas={},
        questions=[question],
        begun_at=at,
        changed_at=at,
    )
    with database.store.write() as rows:
        insert_survey(rows, autumn)

        def answered(new: AnswerRow) -> None:
            add_answer(rows, new)
            publish_answers(rows, [question_of(question)], new)

        insert_survey(
            rows, replace(autumn, id="t", title="Été", opens_on=date(2026, 9, 1), closes_on=date(2026, 9, 2))
        )
        for n in range(36):
            hall = laon if n < 30 else vervins
            answered(AnswerRow(f"b{n}", "t", hall, "link", "fr", "2026-W36", {"q1": "5"}))
        for n in range(42):
            hall, channel = (laon, "ticket") if n < 12 else (vervins, "link")
            choices = {"q1": "5" if n % 4 else "1"}
            answered(AnswerRow(f"a{n}", "s", hall, channel, "fr", "2026-W43", choices))
        kiosk = next(iter(database.configuration("laon").kiosks))
        for n in range(40):
            check = PresenceCheck("kiosk", kiosk, is_seen=n > 0, counts=True, seen_at=None)
            add_checks(rows, laon, date(2026, 10, 20), [check])
        add_checks(rows, laon, date(2026, 10, 20), [PresenceCheck("printer", kiosk, True, True, None)])
    yield Site(database)
    database.close()


def sheet(site: Site, name: str, address: str = OCTOBER) -> list[list[str]]:
    text = site.client.get(address.replace("/explorer?", f"/explorer/{name}.csv?")).text
    text = text.removeprefix("\ufeff").replace("\u00a0", " ")
    return list(csv.reader(io.StringIO(text), delimiter=";"))[1:]


def test_a_supervisor_decides_alone_and_reads_it_on_the_page_and_in_the_journal(api: ApiSite, chief: Any):
    assert "rien n’est décidé" in chief.get(PAGE).text
    answer = press(chief)
    assert answer.status_code == 303
    page = chief.get(answer.headers["Location"]).text
    said = "Accueil et renseignements\u00a0: 85\u00a0% en 8\u00a0min, à partir du 1er décembre 2026."
    assert f"Décidé. {said}" in page
    row = "à venir Comité local des usagers, le 20 novembre 2026 24 nov. 2026, 10:00"
    assert row in in_words(page)
    assert re.search(r"85\s% en 8\smin au plus", chief.get(f"/journal?hall={HALL}").text)


def test_two_presses_on_one_form_are_one_target_and_another_value_is_another(api: ApiSite, chief: Any):
    assert press(chief).headers["Location"] == press(chief).headers["Location"]
    assert decided(api) == 1
    page = chief.get(press(chief, minutes="9").headers["Location"]).text
    assert decided(api) == 2
    assert "Il remplace «\u00a085\u00a0% en 8\u00a0min\u00a0», décidé auparavant pour la même date" in page


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("minutes", "0", "Donnez une durée entre 1 et"),
        ("minutes", "huit", "Donnez une durée entre 1 et"),
        ("part", "101", "Donnez une part entre 1 et"),
        ("debut", "2026-11-23", "chaque ticket garde l’objectif du jour où il a été pris."),
        ("debut", "", "Un objectif s’applique au plus tôt aujourd’hui"),
        ("decide_le", "2026-11-25", "Donnez le jour de la décision, aujourd’hui au plus tard."),
        ("par", " ", "Dites qui a décidé"),
    ],
)
def test_a_refusal_is_shown_at_its_field_and_typed_values_stay(
    api: ApiSite, chief: Any, field: str, text: str, sentence: str
):
    answer = press(chief, **{field: text})
    assert answer.status_code == 422
    [told] = re.findall(rf'id="{field}-refused">([^<]*)</p>', answer.text)
    assert sentence in told
    described = rf'id="{field}"[^>]*aria-describedby="{field}-hint {field}-refused"[^>]*aria-invalid'
    assert re.search(described, answer.text)
    kept = next(name for name in ("par", "minutes") if name != field)
    assert f'value="{FORM[kept]}"' in answer.text
    assert decided(api) == 0


def test_a_service_that_is_not_there(api: ApiSite, chief: Any):
    assert chief.get(f"{PAGE}&demarche=nothing").status_code == 404
    answer = press(chief, demarche="nothing")
    assert (answer.status_code, decided(api)) == (409, 0)
    assert "démarche" in answer.text.partition('role="alert"')[2]


def test_the_committee_reads_and_decides_nothing(api: ApiSite):
    member = api.person("committee")
    assert "Décider" not in member.get(PAGE).text
    assert "Est-ce tenable" in member.get(f"{PAGE}&demarche={SERVICE}").text
    assert '<form class="card"' not in member.get(f"{PAGE}&demarche={SERVICE}").text
    assert press(member).status_code == 403
    assert press(api.person("quality", OTHER)).status_code == 404
    assert decided(api) == 0


def test_measured_waits_are_beside_the_form_and_small_months_have_no_share(api: ApiSite, chief: Any):
    assert "Aucune attente mesurée" in chief.get(f"{PAGE}&demarche={SERVICE}").text
    play_days(api.database, date(2026, 10, 19), 7, a_day=40)
    play_days(api.database, date(2026, 11, 23), 1, a_day=20)
    page = chief.get(f"{PAGE}&demarche={SERVICE}").text
    [october, november] = re.findall(r'class="number">([^<]+)<span class="of">(\d+) attentes?', page)
    assert (october[0], november[0]) == ("octobre 2026", "novembre 2026, en cours")
    assert int(october[1]) >= 10 > int(november[1])
    [target] = re.findall(r'<tr class="target">.*?</tr>', page, re.DOTALL)
    assert re.search(r'number">\d+\u00a0%</td>\s*<td class="number">–</td>', target)


def test_the_row_of_the_target_says_between_what_and_what_one_may_conclude(api: ApiSite, chief: Any):
    play_days(api.database, date(2026, 10, 1), 12, a_day=40)
    for part, said in (("1", "atteint"), ("100", "non atteint")):
        press(chief, debut="2026-11-24", part=part, minutes="15", formulaire=part)
        page = chief.get(f"{PAGE}&demarche={SERVICE}").text
        [target] = re.findall(r'<tr class="target">.*?</tr>', page, re.DOTALL)
        assert re.search(r"entre \d+ et \d+\u00a0%", target)
        assert f">objectif {said}<" in target


def test_the_quality_page_judges_a_period_since_the_target_applies(api: ApiSite, chief: Any):
    press(chief, debut="2026-11-24", minutes="480", part="1")
    play_days(api.database, date(2026, 11, 23), 4)
    page = chief.get(f"/qualite/explorer?hall={HALL}&demarche={SERVICE}&duree=week&jour=2026-11-24").text
    since = r"1\u00a0% en 480\u00a0min depuis le 24 novembre 2026\u00a0; mesuré\u00a0: \d+\u00a0%"
    assert re.search(since, page)
    assert "Objectif\u00a0: trop peu de jours pour le dire" in page
    before = chief.get(f"/qualite/explorer?hall={HALL}&demarche={SERVICE}&duree=day&jour=2026-11-23").text
    assert "mesuré\u00a0:" not in before
    whole = chief.get(f"/qualite/explorer?hall={HALL}&demarche={SERVICE}&duree=day&jour=2026-11-25").text
    assert "1\u00a0% en 480\u00a0min\u00a0; mesuré" in whole


def test_pages_lead_there(api: ApiSite, chief: Any):
    for path in (f"/qualite?hall={HALL}", f"/mur?hall={HALL}", f"/configuration/{HALL}"):
        assert f'href="/objectifs?hall={HALL}' in chief.get(path).text.partition("<main")[2]
    assert "/objectifs" not in chief.get("/configuration/installation").text.partition("<main")[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_is_left_untranslated(api: ApiSite, chief: Any, language: str):
    press(chief)
    for more in ("", f"&demarche={SERVICE}"):
        page = chief.get(f"{PAGE}{more}&lang={language}").text
        assert not re.search(r">[^<]*\bwaiting_targets\.", page)


def test_the_api_decides_once_for_a_key_and_returns_the_target_that_applies(api: ApiSite):
    browser, csrf = api.writer("quality")
    path, headers = f"/api/v1/halls/{HALL}/targets", csrf | {"Idempotency-Key": "one"}
    first = accepted(browser.post(path, json=BODY, headers=headers), 201)
    assert accepted(browser.post(path, json=BODY, headers=headers), 201) == first
    again = accepted(browser.post(path, json=BODY | {"wait_s": 600}, headers=csrf), 201)
    assert again["replaces"] == first["target"]
    read = accepted(api.get(f"/halls/{HALL}/targets"))  # a key that reads
    [service] = [each for each in read["services"] if each["service"] == SERVICE]
    assert (read["on"], service["now"]) == ("2026-11-24", None)
    assert [(each["target"], each["wait_s"]) for each in service["to_come"]] == [(again["target"], 600)]
    assert [(each["target"], each["is_replaced"]) for each in service["earlier"]] == [(first["target"], True)]


def test_the_api_refuses_with_a_code(api: ApiSite):
    browser, csrf = api.writer("quality")
    path = f"/api/v1/halls/{HALL}/targets"

    def post(**changed: Any) -> Any:
        return browser.post(path, json=BODY | changed, headers=csrf)

    refused(post(applies_from_on="2026-11-23"), 422, "bad_target_start")
    refused(post(decided_on="2026-11-25"), 422, "bad_decision_day")
    refused(post(service="nothing"), 409, "unknown_service")
    refused(api.post(f"/halls/{HALL}/targets", BODY), 403, "forbidden")
    assert decided(api) == 0


WITHDRAWAL = {
    "demarche": SERVICE,
    "debut": "2027-01-01",
    "motif": "unattainable",
    "decide_le": "2026-11-20",
    "par": "Comité local des usagers",
    "formulaire": "two",
}


def withdraw(browser: Any, target: str, **changed: str) -> Any:
    fields = WITHDRAWAL | {"objectif": target, "csrf_token": csrf_of(browser)} | changed
    return browser.post(f"/objectifs/retrait?hall={HALL}", data=fields)


def target_of(answer: Any) -> str:
    return str(re.search(r"decide=([\w-]+)", answer.headers["Location"])[1])  # type: ignore[index]


def in_words(page: str) -> str:
    return re.sub(r"(<[^>]*>|\s)+", " ", page)


def test_a_supervisor_withdraws_it_and_everything_says_so(api: ApiSite, chief: Any):
    target = target_of(press(chief))
    form = chief.get(f"{PAGE}&demarche={SERVICE}&retirer={target}").text
    assert re.search(r'name="debut" value="2026-12-01" min="2026-12-01" max="2028-11-24"', form)
    assert "Décider cet objectif" not in form
    answer = withdraw(chief, target)
    assert answer.status_code == 303
    assert withdraw(chief, target).headers["Location"] == answer.headers["Location"]
    page = in_words(chief.get(answer.headers["Location"]).text)
    assert "« 85 % en 8 min » ne s’applique plus à partir du 1er janvier 2027." in page
    assert re.search(r"Ce jour-là s’applique : en \d+ min, réglage du hall\.", page)
    assert re.search(r"Ensuite : en \d+ min, réglage du hall, à partir du 1er janvier 2027\.", page)
    assert "du 1er décembre 2026 au 31 décembre 2026 à venir" in page
    assert "Retrait de « 85 % en 8 min » à partir du 1er janvier 2027 retrait Comité" in page
    assert "le 20 novembre 2026 : objectif intenable" in page
    line = in_words(chief.get(f"/journal?hall={HALL}").text)
    assert re.search("Objectif retiré .*85 % en 8 min au plus .*objectif intenable", line)
    assert api.count("hall_fact WHERE kind = 'TargetWithdrawn'") == 1


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("debut", "2026-11-30", "Donnez un jour où cet objectif s’applique encore"),
        ("motif", "", "Dites pourquoi"),
        ("par", " ", "Dites qui a décidé"),
        ("decide_le", "", "Donnez le jour de la décision"),
    ],
)
def test_a_refused_withdrawal_is_explained_at_its_field(
    api: ApiSite, chief: Any, field: str, text: str, sentence: str
):
    target = target_of(press(chief))
    answer = withdraw(chief, target, **{field: text})
    assert answer.status_code == 422
    assert re.search(rf'id="{field}-refused">{sentence}', answer.text)
    described = rf'id="{field}"[^>]*aria-describedby="[^"]*{field}-refused"[^>]*aria-invalid'
    assert re.search(described, answer.text)
    assert field == "motif" or '<option value="unattainable" selected>' in answer.text
    assert api.count("hall_fact WHERE kind = 'TargetWithdrawn'") == 0


def test_a_simultaneous_withdrawal_is_reported_above_the_form_and_needs_the_right(api: ApiSite, chief: Any):
    target = target_of(press(chief))
    withdraw(chief, target, debut="2026-12-01")
    answer = withdraw(chief, target, formulaire="three")
    assert answer.status_code == 409
    assert "Cet objectif ne s’applique plus" in answer.text.partition('role="alert"')[2]
    assert "Retirer" not in chief.get(f"{PAGE}&demarche={SERVICE}").text
    member = api.person("committee")
    assert "objectifs/retrait" not in member.get(f"{PAGE}&demarche={SERVICE}&retirer={target}").text
    assert withdraw(member, target).status_code == 403


def test_the_api_withdraws_and_shows_it_in_the_history(api: ApiSite):
    browser, csrf = api.writer("quality")
    path = f"/api/v1/halls/{HALL}/targets"
    target = accepted(browser.post(path, json=BODY, headers=csrf), 201)["target"]
    body = {"from_on": "2026-12-01", "reason": "mistake", "decided_on": "2026-11-24", "decided_by": "Comité"}
    headers = csrf | {"Idempotency-Key": "one"}
    first = accepted(browser.post(f"{path}/{target}/withdraw", json=body, headers=headers), 201)
    assert accepted(browser.post(f"{path}/{target}/withdraw", json=body, headers=headers), 201) == first
    read = accepted(api.get(f"/halls/{HALL}/targets"))
    [service] = [each for each in read["services"] if each["service"] == SERVICE]
    assert (service["to_come"], service["wait_s"]) == ([], service["document_wait_s"])
    [earlier] = service["earlier"]
    assert [each["withdrawal"] for each in earlier["withdrawals"]] == [first["withdrawal"]]
    refused(browser.post(f"{path}/{target}/withdraw", json=body, headers=csrf), 409, "target_over")
    refused(browser.post(f"{path}/nothing/withdraw", json=body, headers=csrf), 404, "unknown_target")
    refused(api.post(f"/halls/{HALL}/targets/{target}/withdraw", body), 403, "forbidden")


def test_satisfaction_has_its_response_rate_and_share_of_visits(site: Site):
    visits = int(re.findall(r"des (\d+) visites", sheet(site, "satisfaction")[0][4])[0])
    share = f"{1200 / visits:.1f}".replace(".", ",")
    whole, laon, vervins = sheet(site, "satisfaction")
    assert whole[2:4] == ["72 %", "40"]
    assert whole[5] == "tous les halls que vous lisez"
    assert laon[2:] == [
        *("70 %", "10"),
        f"surveys.channel.link : 0 · surveys.channel.ticket : 12, soit {share} % des {visits} visites",
        site.halls[0].name,
        "25 % des réponses, 100 % des visites",
    ]
    assert vervins[6] == "75 % des réponses, 0 % des visites"
    assert "/voix/enquetes/s" in site.page(OCTOBER)
    for narrowed in ("&de=9&a=12", "&demarche=laon-permis"):
        assert 'id="satisfaction"' not in site.page(OCTOBER + narrowed)
    assert 'id="satisfaction"' not in site.page("/qualite/explorer?hall=laon&du=2026-11-01&au=2026-11-10")


@pytest.mark.parametrize("halls", ["hall=laon", "hall=vervins", "hall=laon&hall=vervins"])
def test_choosing_halls_never_gives_the_results_of_few_answers_by_subtracting(site: Site, halls: str):
    address = f"/qualite/explorer?{halls}&du=2026-09-01&au=2026-09-30"
    whole, *parts = sheet(site, "satisfaction", address)
    assert whole[2:4] == ["100 %", "30"]
    assert {(part[2], part[3]) for part in parts} <= {("100 %", "30"), ("moins de dix réponses", "0")}


def test_devices_have_their_presence_on_the_days_chosen(site: Site):
    kiosk, printer, everything = sheet(site, "presence")
    assert kiosk[0].startswith(f"{site.halls[0].name}, Borne : ")
    assert kiosk[1:] == ["1", "40", "97,5 %"]
    assert printer[2:] == ["1", "moins d’une heure de contrôles"]
    assert everything[0].endswith("tous les équipements")
    assert everything[2:] == ["41", "97,6 %"]
    earlier = "/qualite/explorer/presence.csv?hall=laon&du=2026-11-01&au=2026-11-10"
    assert site.client.get(earlier).status_code == 404


@pytest.mark.parametrize("name", ["satisfaction", "response_rate", "representativeness", "device_presence"])
def test_the_dictionary_says_what_such_a_figure_counts_and_leads_to_its_table(site: Site, name: str):
    page = html.unescape(site.page("/qualite/dictionnaire?hall=laon"))
    entry = page.partition(f'<article class="card" id="{name}"')[2].partition("</article>")[0]
    assert re.findall(r"<dt>([^<]+)</dt><dd>[^<]{9,}</dd>", entry) == [
        *("Échantillon", "Convention", "Cas limites", "Où le lire"),
    ]
    assert re.search(r'href="/qualite/explorer\?hall=laon#(satisfaction|presence)"', entry)
