"""Surveys over HTTP: drafted, opened, answered without JavaScript, read by a person, shown as a result."""

import csv
import io
import json
import re
from collections.abc import Collection
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hardware.drawing import draw
from server.domain.instants import from_micros
from server.domain.quality.periods import parse_period
from server.language import LANGUAGES
from server.printing.documents import TicketPrinting, document_of, read_paper_content
from server.store.devices.print_jobs import OpenJob, print_job_of
from server.store.engine.statements import Rows
from server.store.people.accounts import Grant
from server.store.surveys import AnswerCount, answer_counts
from server.usecases.journal.maintenance import purge
from server.usecases.surveys import read_surveys as read_surveys_module
from server.usecases.surveys.answer_survey import GivenAnswers, answer_survey, asked_at
from server.web.access.cookies import DEVICE_COOKIE
from server.web.pages.voice.pack_lines import survey_lines
from server.web.rendering.viewer import Sentence
from tests.hardware.test_rendering import scanned
from tests.harness.sql import all_rows, execute, one_row
from tests.server.web.api_site import HALL, OTHER, ApiSite, Officers, accepted, csrf_of

PLACE = "/voix/enquetes"
FIRST, LAST = "2026-11-23", "2026-12-20"
CHANNELS = ["link", "screen", "ticket", "kiosk", "paper"]


def press(browser: Any, path: str, **fields: Any) -> Any:
    return browser.post(path, data=fields | {"csrf_token": csrf_of(browser)})


def form_of(page: str) -> dict[str, Any]:
    """The fields of the form of a survey as a browser sends them unchanged."""
    main = page.partition("<main")[2]
    fields: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]+>", main):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or "checked" in tag):
            fields.setdefault(name[1], []).append(value[1] if value else "on")
    for name, inner in re.findall(r'<select[^>]+name="([^"]+)">(.*?)</select>', main):
        chosen = re.search(r'value="([^"]+)" selected', inner)
        fields[name] = chosen[1] if chosen else ""
    for name, inner in re.findall(r'<textarea[^>]+name="([^"]+)"[^>]*>(.*?)</textarea>', main, re.DOTALL):
        fields[name] = inner
    return fields


def draft(browser: Any, **changes: Any) -> str:
    """The address of a new draft of the ready-made questionnaire."""
    fields = form_of(browser.get(f"{PLACE}/nouvelle").text)
    fields |= {"title": "Mars", "opens_on": FIRST, "closes_on": LAST, "channels": CHANNELS} | changes
    fields.pop("csrf_token")
    answer = press(browser, PLACE, **fields)
    assert answer.status_code == 303, re.findall(r'class="problem"[^>]*>([^<]+)', answer.text)
    return str(answer.headers["Location"]).partition("/modifier")[0]


def opened(site: ApiSite, **changes: Any) -> tuple[Any, str]:
    browser = site.person("quality")
    survey = draft(browser, **changes)
    assert press(browser, f"{survey}/ouverture").status_code == 303
    return browser, survey


def address(site: ApiSite, channel: str) -> str:
    [row] = all_rows(
        site.database, "SELECT code FROM survey_address WHERE channel = :channel", channel=channel
    )
    return f"/avis/{row['code']}"


def answer(site: ApiSite, path: str, *, token: str = "", **fields: str) -> Any:
    """What a visitor without JavaScript gets who opens the page and sends it. `token`: of a paired device."""
    browser = browser_of(site, token)
    page = browser.get(path)
    if page.status_code != 200:
        return page
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    return browser.post(path, data=hidden | fields)


def browser_of(site: ApiSite, token: str) -> Any:
    """A browser that nobody has signed in with; of a paired device where its token is given."""
    browser = site.app.test_client()
    if token:
        browser.set_cookie(DEVICE_COOKIE, token)
    return browser


PUBLIC_URL = "https://accueil.example.org"


def served_ticket(site: ApiSite) -> str:
    """The token of a ticket whose visit is over."""
    return str(serve(site, site.ticket())["token"])


def serve(site: ApiSite, ticket: dict[str, Any]) -> dict[str, Any]:
    """The ticket, after its visit was called, received and ended."""
    leg = accepted(site.next())["leg"]
    accepted(site.verb(leg, "start"))
    accepted(site.verb(leg, "finish"))
    return ticket


def printed_address(site: ApiSite, ticket: dict[str, Any], fonts: Path, folder: Path) -> str:
    """What zbar reads on the picture of the printed ticket."""
    job = ticket["print"]["job"]
    printing = TicketPrinting(site.app.extensions["parvis"].catalogues.translate, PUBLIC_URL, fonts, folder)
    row = one_row(site.database, "SELECT document, queued_at FROM print_job WHERE id = :job", job=job)
    with site.database.read() as rows:
        found = print_job_of(rows, job)
    assert found is not None
    content, queued_at = json.loads(row["document"]), from_micros(row["queued_at"])
    paper = read_paper_content(
        site.database, printing, OpenJob(**asdict(found), document=content, queued_at=queued_at)
    )
    [address] = scanned(draw(document_of(paper, printing, width_dots=576), fonts), folder)
    return address


def test_a_survey_goes_from_a_question_to_a_result_through_the_code_of_a_printed_ticket(
    api: ApiSite, fonts_dir: Path, tmp_path: Path
):
    quality, survey = opened(api, **{f"quota-{api.database.hall_id(HALL)}": "20"})
    api.open()
    ticket = serve(api, accepted(api.press(token=api.kiosk), 201))
    printed = printed_address(api, ticket, fonts_dir, tmp_path)
    assert printed.startswith(f"{PUBLIC_URL}/t/")
    phone = api.app.test_client().get(printed.removeprefix(PUBLIC_URL)).text
    path = re.search(r'href="(/avis/ticket/[^"?]+)', phone)
    assert path is not None
    assert "<script" not in api.app.test_client().get(path[1]).text.partition("<main")[2]
    said = "Madame Dupont du guichet 3 m’a dit d’appeler le 06 12 34 56 78"
    first = answer(api, path[1], q1="5", q4="yes", q5="2", q6=said)
    assert first.headers["Location"].startswith("/avis/merci")
    assert "déjà répondu" in answer(api, path[1], q1="1").text
    for value in "5544433321":
        answer(api, address(api, "screen"), q1=value)
    page = quality.get(survey).text
    assert "11 pour un quota de 20" in page
    assert "Bien ou très bien" in page
    assert said not in page
    assert "1 texte à lire" in page
    texts = quality.get(f"{survey}/textes").text
    assert "<mark>Madame Dupont</mark>" in texts
    assert "<mark>06 12 34 56 78</mark>" in texts
    text = re.search(r'name="texte" value="([^"]+)"', texts)
    assert text is not None
    lu = r'name="lu" value="([^"]+)"'
    read = {"texte": text[1], "lu": re.findall(lu, texts)[0]}
    unread = press(quality, f"{survey}/textes", **read, decision="shown", mots=f"{said} merci")
    assert (unread.status_code, "Retirez ce qui est marqué" in unread.text) == (422, True)
    assert f"{said} merci</textarea>" in unread.text, "what was typed stays"
    left = "Au guichet 3 on m’a dit d’appeler"
    assert press(quality, f"{survey}/textes", **read, decision="shown", mots=left).status_code == 303
    assert press(quality, f"{survey}/textes", **read, decision="shown", mots=left).status_code == 303
    stale = press(quality, f"{survey}/textes", **read, decision="hidden", mots=said)
    assert (stale.status_code, left in stale.text, "Dupont" in stale.text) == (409, True, False)
    committee = api.person("committee").get(survey).text
    assert left in committee
    assert "Dupont" not in committee
    assert "/textes" not in committee
    runs_another_site = api.person_of(Grant("supervisor", OTHER), Grant("committee", HALL))
    assert address(api, "screen") not in runs_another_site.get(survey).text
    assert all_rows(api.database, "SELECT text FROM survey_text") == [{"text": left}]
    lines = list(csv.reader(io.StringIO(quality.get(f"{survey}/resultats.csv").text.removeprefix("\ufeff"))))
    assert lines[1][2:7] == [
        "",
        "Dans l’ensemble, comment s’est passée votre visite\u00a0?",
        "Très bien",
        "2",
        "10",
    ]
    say = Sentence(api.app.extensions["parvis"].catalogues.translate, "fr")
    packed = survey_lines(api.database, frozenset({HALL}), parse_period("2026-11"), say)
    assert packed[0] == [FIRST, LAST, "11", "20", *lines[1]]
    assert survey_lines(api.database, frozenset({HALL}), parse_period("2026-10"), say) == []
    assert f'href="{survey}"' in quality.get(f"/rapports/labels?hall={HALL}").text


def test_nothing_of_an_answer_leads_to_its_ticket_and_the_close_forgets_which_tickets_answered(api: ApiSite):
    quality, survey = opened(api)
    api.open()
    token = served_ticket(api)
    answer(api, f"/avis/ticket/{token}", q1="4")
    [ticket] = all_rows(api.database, "SELECT digest FROM survey_ticket")
    [kept] = all_rows(api.database, "SELECT * FROM survey_answer")
    [access] = all_rows(api.database, "SELECT visit, token_digest, short_code FROM ticket_access")
    assert not {ticket["digest"], *access.values()} & set(map(str, kept.values()))
    assert kept["week"] == "2026-W48"
    assert press(quality, f"{survey}/cloture").status_code == 303
    assert api.count("survey_ticket") == 0
    [row] = all_rows(api.database, "SELECT secret, state FROM survey")
    assert row == {"secret": None, "state": "closed"}
    assert "n’est pas ouverte" in answer(api, f"/avis/ticket/{token}", q1="1").text


@pytest.mark.both_databases
def test_a_purge_closes_what_is_over_and_erases_texts_at_their_date(api: ApiSite):
    opened(api)
    api.open()
    answer(api, f"/avis/ticket/{served_ticket(api)}", q6="Merci")
    assert api.count("survey_text") == api.count("survey_ticket") == 1
    api.hands.now += timedelta(days=27)
    purge(api.database)
    assert api.count("survey_ticket") == 0
    assert api.count("survey_text") == 1
    api.hands.now += timedelta(days=91)
    purge(api.database)
    assert api.count("survey_text") == 0
    assert api.count("survey_answer") == 1


def test_a_list_counts_answers_once_and_a_page_reads_no_other_survey(
    api: ApiSite, monkeypatch: pytest.MonkeyPatch
):
    counted: list[int] = []

    def count(rows: Rows, surveys: Collection[str]) -> list[AnswerCount]:
        counted.append(len(surveys))
        return answer_counts(rows, surveys)

    monkeypatch.setattr(read_surveys_module, "answer_counts", count)
    quality, survey = opened(api)
    other = draft(quality).rpartition("/")[2]
    answer(api, address(api, "link"), q1="5")
    counted.clear()
    assert quality.get(PLACE).status_code == 200
    assert counted == [2]
    execute(api.database, "UPDATE survey SET questions = 'no JSON' WHERE id = :other", other=other)
    assert "1 réponse" in quality.get(survey).text
    assert counted == [2, 1]


def test_a_draft_says_beside_its_field_what_is_wrong(api: ApiSite):
    quality = api.person("quality")
    whole = form_of(quality.get(f"{PLACE}/nouvelle").text)
    whole |= {"title": "Mars", "opens_on": FIRST, "closes_on": LAST}
    whole.pop("csrf_token")
    three_texts = {f"q{place}-kind": "text" for place in (1, 2, 6)}
    for changes, field, said in (
        ({"title": " "}, "title", "Donnez un nom"),
        ({"halls": []}, "halls", "un hall au moins"),
        ({"halls": [OTHER]}, "halls", ""),
        ({"closes_on": "2026-11-01"}, "opens_on", "dans l’ordre"),
        ({"opens_on": "9999-12-01", "closes_on": "9999-12-31"}, "opens_on", "dans l’ordre"),
        ({"channels": []}, "channels", "façon de répondre"),
        ({"outside": "https://elsewhere.example/f"}, "", "adresse https"),
        ({"q1-text-fr": "x" * 161}, "q1", "trop longue"),
        ({"q5-choices-fr": "seul"}, "q5", "entre 2 et 8 choix"),
        (three_texts, "", "2 textes libres au plus"),
    ):
        refused = press(quality, PLACE, **whole | changes)
        assert refused.status_code == (422 if said else 403)
        main = refused.text.partition("<main")[2]
        assert said in main
        assert not field or f'id="{field}-refused"' in main
    assert api.count("survey") == 0


def test_a_survey_that_cannot_be_answered_does_not_open(api: ApiSite):
    quality = api.person("quality")
    for changes, said in (
        ({"q2-text-en": ""}, "La question 2 n’est pas complète"),
        ({"q1-place": "4"}, "la première question est une échelle"),
        ({"opens_on": "2026-11-02", "closes_on": "2026-11-20"}, "Le dernier jour est passé"),
        ({f"q{n}-text-{code}": "" for n in (1, 2, 3, 4) for code in LANGUAGES}, "au moins 3 questions"),
    ):
        survey = draft(quality, **changes)
        if "q1-place" in changes:
            kinds = {"q1-place": "9", "q4-place": "1"}
            survey = draft(quality, **kinds)
        refused = press(quality, f"{survey}/ouverture")
        assert refused.status_code == 422, said
        assert said in refused.text
    assert "Question 2, anglais" in quality.get(f"{draft(quality, **{'q2-text-en': ''})}/modifier").text


def test_two_surveys_of_a_hall_do_not_meet_and_an_open_one_does_not_change(api: ApiSite):
    quality, survey = opened(api)
    second = press(quality, f"{draft(quality, title='Avril')}/ouverture")
    assert second.status_code == 409
    assert "«\u00a0Mars\u00a0»" in second.text
    assert press(quality, survey, title="Autre").status_code == 409
    assert press(quality, f"{survey}/ouverture").status_code == 409


def test_agents_of_all_halls_are_asked_together_by_who_runs_all_sites(api: ApiSite):
    assert api.person("quality").get(f"{PLACE}/nouvelle?public=agents").status_code == 403
    everywhere = api.person("administrator", "*")
    fields = form_of(everywhere.get(f"{PLACE}/nouvelle?public=agents").text)
    fields |= {"title": "Agents", "opens_on": FIRST, "closes_on": LAST}
    fields.pop("csrf_token")
    survey = str(press(everywhere, PLACE, **fields).headers["Location"]).partition("/modifier")[0]
    assert press(everywhere, f"{survey}/ouverture").status_code == 303
    assert answer(api, address(api, "link"), q1="4").status_code == 303
    [row] = all_rows(api.database, "SELECT hall, channel FROM survey_answer")
    assert row == {"hall": None, "channel": "link"}
    assert "se lisent après sa clôture" in everywhere.get(survey).text
    assert api.person("quality").get(survey).status_code == 404


def test_a_result_becomes_a_notice_with_its_source_and_date_and_is_shown_once_published(api: ApiSite):
    quality, survey = opened(api)
    asked = asked_at(api.database, address(api, "screen").rpartition("/")[2])
    for _ in range(3):
        assert press(quality, f"{survey}/annonce").status_code == 409, "under thirty answers"
        for value in "5555544321":
            answer_survey(api.database, asked, GivenAnswers({"q1": value}, "fr", ""))
        api.hands.now += timedelta(minutes=20)
    assert press(quality, f"{survey}/cloture").status_code == 303
    api.hands.now += timedelta(days=7)
    quality = api.person("quality")
    assert press(quality, f"{survey}/annonce").status_code == 303
    [row] = all_rows(api.database, "SELECT notice, content FROM notice_version")
    for part in ('"70"', "30 réponses de volontaires", '"stands_on":"2026-11-24"'):
        assert part in row["content"].replace('": "', '":"')
    shown = str(Officers(api).show(row["notice"]))
    assert "30 réponses de volontaires" in shown.replace("\u00a0", " "), "a screen shows it with its source"


def test_an_outside_form_is_named_and_nothing_is_kept(halls_sqlite_url: str, tmp_path: Any):
    site = ApiSite(halls_sqlite_url, tmp_path, has_halls=True, settings={"survey_hosts": "forms.example.org"})
    try:
        outside = {"outside": "https://forms.example.org/f/12", "channels": ["link"]}
        opened(site, **outside)
        page = site.app.test_client().get(address(site, "link")).text
        assert "forms.example.org" in page
        assert "<form" not in page.partition("<main")[2]
    finally:
        site.close()


def test_a_survey_speaks_french_where_it_does_not_speak_the_language_asked_for(api: ApiSite):
    opened(api, languages=["fr", "en"])
    visitor = browser_of(api, api.kiosk)
    for path in (address(api, "link"), address(api, "kiosk") + "/borne"):
        spoken = {lang: visitor.get(f"{path}?lang={lang}").text for lang in ("fr", "en", "es")}
        assert '<html lang="en"' in spoken["en"]
        assert '<html lang="fr"' in spoken["es"]


def test_every_word_is_in_the_catalogues(api: ApiSite):
    quality, survey = opened(api, languages=list(LANGUAGES))
    for value in "5555544321":
        answer(api, address(api, "screen"), q1=value, q6="Bien")
    visitor = browser_of(api, api.kiosk)
    work = (PLACE, f"{PLACE}/nouvelle", survey, f"{survey}/textes", "/voix/papiers")
    public = (address(api, "link"), address(api, "kiosk") + "/borne", "/avis/merci", "/avis/nowhere")
    for language in LANGUAGES:
        pages = [quality.get(f"{path}?lang={language}") for path in work]
        pages += [visitor.get(f"{path}?lang={language}") for path in public]
        for page in pages:
            assert not re.findall(r"\b(?:public_)?surveys\.[a-z]", page.text.partition("<main")[2])
