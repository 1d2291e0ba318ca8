"""The page of scheduled reports, and what their e-mail says."""

import re
from datetime import UTC, date, datetime
from email import message_from_bytes
from typing import Any

import pytest

from server.domain.author import SYSTEM, Author
from server.domain.texts import Letter
from server.language import LANGUAGES
from server.sending import SendRefused
from server.sending.mail import MailServer
from server.settings import Settings
from server.usecases.reports.reports import approve_report, begin_report, freeze_report, write_sentences
from tests.server.usecases.quality.figures_history import play_days
from tests.server.web.api_site import HALL, OTHER, ApiSite, csrf_of

PLACE = "/rapports/envois"
PLAN = {"halls": HALL, "periode": "month", "jour": "24", "langue": "fr", "adresses": "mairie@example.org"}


class Post:
    """A mail server that keeps letters, or refuses them with a code."""

    def __init__(self) -> None:
        self.refuses, self.letters = "", list[Letter]()

    def send(self, letter: Letter, *, now: datetime) -> None:
        if self.refuses:
            raise SendRefused(self.refuses)
        self.letters.append(letter)


@pytest.fixture
def chief(api: ApiSite) -> Any:
    return api.person("quality")


def post(browser: Any, path: str = "", **fields: str) -> Any:
    return browser.post(PLACE + path, data=fields | {"csrf_token": csrf_of(browser)})


def shown(browser: Any, address: str = PLACE) -> str:
    return re.sub(r"(<[^>]*>|\s)+", " ", browser.get(address).text)


def test_a_plan_is_made_fails_is_tried_again_and_ends(api: ApiSite, chief: Any):
    play_days(api.database, date(2026, 10, 20), 5)
    done = post(chief, **PLAN)
    assert "L’envoi est programmé." in shown(chief, done.headers["Location"])
    page = shown(chief)
    assert "Chaque mois – Préfecture de l’Aisne – Laon Le 24 du mois." in page
    assert "octobre 2026 : le rapport n’est pas encore approuvé." in page
    assert "mairie@example.org Rien n’est encore parti." in page
    assert "mairie@example.org" not in shown(api.person("quality", OTHER))
    report = begin_report(api.database, SYSTEM, [HALL], "2026-10", sites=None)["report"]
    version = re.search(r'name="version" value="([^"]+)', chief.get(f"/rapports/{report}").text)
    assert version is not None
    write_sentences(api.database, SYSTEM, report, ["Plus calme."], base=version[1], sites=None)
    freeze_report(api.database, Author("anne"), report, sites=None)
    approve_report(api.database, SYSTEM, report, sites=None)
    letters = api.app.extensions["parvis"].report_letters
    letters.server = mail = Post()
    mail.refuses = "email_refused"
    letters.send_due()
    page = shown(chief)
    assert "Pas parti : octobre 2026. Le serveur d’e-mail n’a pas pris ce message. Nouvel essai le" in page
    assert "1 rapport n’est pas parti" in shown(chief, "/rapports")
    assert "Laon : 1 courriel n’est pas parti" in shown(chief, "/")
    assert "courriel n’est pas parti" not in shown(api.person("committee"), "/")
    mail.refuses = ""
    letter = re.search(r'name="lettre" value="([^"]+)', chief.get(PLACE).text)
    assert letter is not None
    post(chief, "/encore", lettre=letter[1])
    letters.send_due()
    assert "Parti : octobre 2026, le" in shown(chief)
    assert post(chief, "/encore", lettre=letter[1]).status_code == 409
    [sent] = mail.letters
    assert sent.subject == "Rapport\u00a0: octobre 2026 – Préfecture de l’Aisne – Laon"
    assert "Plus calme." in sent.text
    assert "La page du rapport est jointe en PDF." in sent.text
    received = message_from_bytes(MailServer(Settings()).as_sent(sent, now=api.hands.now).as_bytes())
    text, paper = list(received.walk())[1:]
    assert text.get_content_type() == "text/plain"
    assert (paper.get_content_type(), paper.get_filename()) == (
        "application/pdf",
        f"rapport-{HALL}-2026-10.pdf",
    )
    assert bytes(paper.get_payload(decode=True))[:5] == b"%PDF-"
    assert re.search(r"^Visites\u00a0: \d+ \(avant\u00a0: ", sent.text, re.MULTILINE)
    schedule = re.search(r'name="envoi" value="([^"]+)', chief.get(PLACE).text)
    assert schedule is not None
    assert post(api.person("quality", OTHER), "/fin", envoi=schedule[1]).status_code == 409
    post(chief, "/fin", envoi=schedule[1])
    assert "Aucun envoi programmé" in shown(chief)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"jour": "29"}, "Choisissez un jour du mois, de 1 à 28."),
        ({"jour": "demain"}, "Choisissez un jour du mois, de 1 à 28."),
        ({"periode": "week"}, "Choisissez le mois, le trimestre ou l’année."),
        ({"adresses": ""}, "Choisissez entre une et 30 personnes ou adresses."),
        ({"adresses": "mairie"}, "« mairie » n’est pas une adresse électronique."),
        ({"langue": "tlh"}, 'id="langue-refused"'),
        ({"comptes": "nobody"}, "Une personne choisie n’a pas d’adresse"),
        ({"halls": OTHER}, 'id="halls-refused"'),
    ],
)
def test_what_is_wrong_is_said_at_its_field(api: ApiSite, chief: Any, changed: dict[str, str], sentence: str):
    answer = post(chief, **(PLAN | changed))
    assert 400 <= answer.status_code < 500
    assert sentence in re.sub(r"\s", " ", answer.text)
    assert api.count("report_schedule") == 0


def test_no_key_is_left_untranslated(api: ApiSite, chief: Any):
    api.hands.now = datetime(2026, 11, 24, 11, tzinfo=UTC)
    post(chief, **PLAN)
    for language in LANGUAGES:
        page = chief.get(f"{PLACE}?lang={language}&fait=removed").text
        assert not re.search(r"\b(sendings|refusal|reports)\.[a-z_.]+", page.partition("<main")[2])
