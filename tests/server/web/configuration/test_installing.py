"""The wizard's forms: problems are shown at their fields, and each step checks the permission."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server import own_authority
from server import settings as settings_of
from server.app import create_app
from server.domain.author import SYSTEM
from server.settings import Settings
from server.store.people.accounts import Grant
from server.store.transactions.database import Database
from server.usecases.configuration.installing import read_installing
from server.usecases.people.accounts import NewAccount, create_account
from server.usecases.people.invitations import installation_token
from server.usecases.people.sessions import begin_session
from server.web.access.cookies import SESSION_COOKIE
from server.web.access.site_context import own_authority as own_authority_of
from tests.hardware.usb import UsbPorts

PASSWORD = "quatre mots pris au hasard"
PERSON = {"display_name": "Léa Martin", "login": "lea", "password": PASSWORD}
PLACE = {"organisation": "Ville de Guise", "name": "Hôtel de ville", "address": "1 place d’Armes"}
HOURS = {"day": ["monday"], "opens_0": "09:00", "closes_0": "12:00"}
HALL = {"template": "general", "hall_name": "Accueil", "counters": "2"}


class Wizard:
    """A browser at an installation, which sends forms as its pages do."""

    def __init__(self, browser: FlaskClient, database: Database) -> None:
        self.browser, self.database = browser, database

    def post(self, path: str, **fields: Any) -> TestResponse:
        return self.browser.post(path, data={**fields, "csrf_token": self.token()})

    def token(self) -> str:
        return self.browser.get("/suivi").text.partition('name="csrf-token" content="')[2].partition('"')[0]

    def take_link(self, token: str | None = None) -> TestResponse:
        body = {"token": token or installation_token(self.database)}
        headers = {"X-CSRFToken": self.token(), "Accept": "application/json"}
        return self.browser.post("/installation/session", json=body, headers=headers)

    def sign_in_as(self, role: str, site: str = "*") -> None:
        account = create_account(
            self.database, SYSTEM, NewAccount(f"a-{role}", PASSWORD, role, [Grant(role, site)])
        )
        self.browser.set_cookie(SESSION_COOKIE, begin_session(self.database, account))

    def up_to_the_hall(self) -> None:
        self.take_link()
        self.post("/installation/administrateur", **PERSON)
        self.post("/installation/lieu", **PLACE, **HOURS)


@pytest.fixture
def wizard(sqlite_url: str, tmp_path: Path) -> Iterator[Wizard]:
    settings = Settings(var=tmp_path, database_url=sqlite_url, voice=False, secret_key="tests")
    app = create_app(settings, async_mode="threading")
    database: Database = app.extensions["parvis"].database
    database.subscribers.clear()
    yield Wizard(app.test_client(), database)
    database.close()


def problems(answer: TestResponse) -> dict[str, str]:
    """The messages at a page's fields, by field."""
    found = re.findall(r'<p class="problem" id="([^"]*)-problem">([^<]*)</p>', answer.text)
    for field, _ in found:
        assert re.search(rf'name="{field}"[^>]*aria-describedby="[^"]*{field}-problem', answer.text), field
    return dict(found)


def test_a_wrong_link_opens_nothing(wizard):
    refused = wizard.take_link("0" * 64)
    assert (refused.status_code, refused.get_json()["code"]) == (401, "installation_link_wrong")
    assert "Qui êtes-vous" not in wizard.browser.get("/installation").text
    assert wizard.post("/installation/administrateur", **PERSON).status_code == 401
    assert read_installing(wizard.database).step == "administrator"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("password", "court"),
        ("password", "passwordpassword"),
        ("password", "martin-martin-martin"),
        ("login", "deux mots"),
        ("display_name", ""),
    ],
)
def test_an_invalid_administrator_is_refused_at_the_field(wizard, field, text):
    wizard.take_link()
    answer = wizard.post("/installation/administrateur", **{**PERSON, field: text})
    assert answer.status_code == 422
    assert list(problems(answer)) == [field]
    assert PASSWORD not in answer.text


@pytest.mark.parametrize(
    ("field", "text"), [("organisation", ""), ("name", ""), ("address", ""), ("name", "x" * 90)]
)
def test_an_impossible_place_is_refused_at_its_field_and_the_rest_is_kept(wizard, field, text):
    wizard.take_link()
    wizard.post("/installation/administrateur", **PERSON)
    typed = {**PLACE, field: text}
    answer = wizard.post("/installation/lieu", **typed, **HOURS)
    assert answer.status_code == 422
    assert list(problems(answer)) == [field]
    assert all(f'value="{text}"' in answer.text for name, text in typed.items() if name != field)
    assert read_installing(wizard.database).step == "place"


def test_hours_that_end_before_they_begin_are_reported(wizard):
    wizard.take_link()
    wizard.post("/installation/administrateur", **PERSON)
    answer = wizard.post("/installation/lieu", **PLACE, **{**HOURS, "closes_0": "08:00"})
    assert "08:00" in re.findall(r'id="hours-problem">([^<]*)', answer.text)[0]
    night = {**HOURS, "closes_0": "00:00"}
    assert wizard.post("/installation/lieu", **PLACE, **night).status_code == 303


def test_a_hall_needs_a_service_and_a_name(wizard):
    wizard.up_to_the_hall()
    assert wizard.browser.get("/installation/hall?template=none").status_code == 404
    none = wizard.post("/installation/hall", **HALL, services_asked="yes")
    assert none.status_code == 422
    assert "au moins une démarche" in none.text
    nameless = wizard.post("/installation/hall", **{**HALL, "hall_name": ""})
    assert list(problems(nameless)) == ["hall_name"]
    kept = ["modele-accueil", "modele-associations"]
    assert wizard.post("/installation/hall", **HALL, services_asked="yes", service=kept).status_code == 303
    assert set(wizard.database.configuration("accueil").services) == {
        "accueil-accueil",
        "accueil-associations",
    }
    again = wizard.post("/installation/hall", **HALL)
    assert again.headers["Location"] == "/installation"
    assert read_installing(wizard.database).halls == ("accueil",)


@pytest.mark.parametrize("host", ["", "http://192.0.2.1", "an address", "a" * 300])
def test_an_impossible_printer_address_is_refused(wizard, host):
    wizard.up_to_the_hall()
    wizard.post("/installation/hall", **HALL)
    answer = wizard.post("/installation/imprimante", kind="network", host=host)
    assert answer.status_code == 422
    assert list(problems(answer)) == ["host"]


def test_a_printer_on_the_network_is_in_the_document_and_a_simulated_one_again(wizard):
    wizard.up_to_the_hall()
    wizard.post("/installation/hall", **HALL)
    network = {"kind": "network", "host": "192.0.2.7", "port": "9101", "paper_mm": "58"}
    asked = wizard.post("/installation/imprimante", **network)
    assert (asked.status_code, list(problems(asked))) == (422, ["host"])
    assert 'name="network" maxlength="50" autocomplete="off" value="192.0.2.0/24"' in asked.text
    answer = wizard.post("/installation/imprimante", **network, network="192.0.2.0/24")
    assert answer.headers["Location"].startswith("/installation/essai?job=")
    (kiosk,) = wizard.database.configuration("accueil").kiosks.values()
    assert (kiosk.printer.host, kiosk.printer.port, kiosk.printer.paper_mm) == ("192.0.2.7", 9101, 58)
    wizard.post("/installation/imprimante", kind="simulated")
    (kiosk,) = wizard.database.configuration("accueil").kiosks.values()
    assert kiosk.printer.host is None


def test_a_printer_on_usb_is_chosen_among_those_that_are_plugged_in(wizard, tmp_path, monkeypatch):
    wizard.up_to_the_hall()
    wizard.post("/installation/hall", **HALL)
    ports = UsbPorts(tmp_path / "machine", monkeypatch)
    none = wizard.post("/installation/imprimante", kind="usb", usb="")
    assert (none.status_code, list(problems(none))) == (422, ["usb"])
    assert "branchez-la" in none.text
    ports.plug(Path("/dev/null"), 0, serial="J2XE000001")
    assert "EPSON TM-T20III (04b8:0e15:J2XE000001)" in wizard.browser.get("/installation/imprimante").text
    chosen = {"kind": "usb", "usb": "04b8:0e15:J2XE000001", "paper_mm": "58"}
    answer = wizard.post("/installation/imprimante", **chosen)
    assert answer.headers["Location"].startswith("/installation/essai?job=")
    (kiosk,) = wizard.database.configuration("accueil").kiosks.values()
    assert (kiosk.printer.kind, kiosk.printer.usb, kiosk.printer.paper_mm) == ("usb_file", chosen["usb"], 58)


@pytest.mark.parametrize(
    ("protocol", "kind", "step"),
    [("star_cloudprnt", "star", "CloudPRNT, activez"), ("epson_direct", "epson", "Status Notification")],
)
def test_a_printer_that_fetches_its_jobs_is_set_up_by_what_the_page_shows(wizard, protocol, kind, step):
    wizard.up_to_the_hall()
    wizard.post("/installation/hall", **HALL)
    chosen = {"kind": "fetching", "protocol": protocol, "paper_mm": "58"}
    page = wizard.post("/installation/imprimante", **chosen)
    (kiosk,) = wizard.database.configuration("accueil").kiosks.values()
    assert (kiosk.printer.kind, kiosk.printer.paper_mm) == (protocol, 58)
    address, user, secret = re.findall(r"<dd><code>([^<]*)</code></dd>", page.text)
    assert address == f"http://localhost/impression/{kind}/accueil/{kiosk.id}"
    assert user == kiosk.id
    assert step in page.text
    assert "pas en https" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    again = wizard.post("/installation/imprimante", **chosen)
    assert secret not in again.text, "the former one is void"
    (secret,) = re.findall(r"<dd><code>([^<]*)</code></dd>", again.text)[2:]
    trial = wizard.post("/installation/essai")
    assert trial.headers["Location"].startswith("/installation/essai?job=")
    shown = wizard.browser.get(trial.headers["Location"]).text
    assert "à sa prochaine demande" in shown
    assert "La feuille d’essai est sortie" in shown
    if protocol == "star_cloudprnt":
        proof = base64.b64encode(f"{user}:{secret}".encode()).decode()
        poll = {"headers": {"Authorization": f"Basic {proof}"}, "json": {"statusCode": "200"}}
        assert wizard.browser.post(address, **poll).get_json()["jobReady"] is True


def test_a_printer_on_the_kiosks_computer_is_set_up_by_the_command_that_the_page_shows(wizard):
    wizard.up_to_the_hall()
    wizard.post("/installation/hall", **HALL)
    page = wizard.post("/installation/imprimante", kind="gateway", paper_mm="80")
    (kiosk,) = wizard.database.configuration("accueil").kiosks.values()
    assert kiosk.printer.kind == "gateway"
    (command,) = re.findall(r"<dd><code>([^<]*)</code></dd>", page.text)
    assert command == "sudo /opt/parvis/bin/parvis-kiosk install http://localhost"
    assert "sauf sur le serveur lui-même" in page.text


@pytest.mark.parametrize(
    ("host", "network", "field"),
    [
        ("192.0.2.7", "198.51.100.0/24", "network"),
        ("192.0.2.7", "the printers", "network"),
        ("192.0.2.7", "0.0.0.0/0", "network"),
        ("127.0.0.1", "", "host"),
        ("printer.example", "", "host"),
    ],
)
def test_a_wrong_network_is_refused_and_not_declared(wizard, host, network, field):
    wizard.up_to_the_hall()
    wizard.post("/installation/hall", **HALL)
    answer = wizard.post("/installation/imprimante", kind="network", host=host, network=network)
    assert (answer.status_code, list(problems(answer))) == (422, [field])
    again = wizard.post("/installation/imprimante", kind="network", host="192.0.2.7")
    assert list(problems(again)) == ["host"], "nothing was declared"


def test_a_hall_may_have_no_printer_and_none_is_simulated_then(wizard):
    wizard.up_to_the_hall()
    wizard.post("/installation/hall", **HALL)
    page = wizard.browser.get("/installation/imprimante").text
    assert 'value="none"' in page
    assert "PARVIS_PUBLIC_URL" in page  # without it no code can be scanned or typed anywhere
    answer = wizard.post("/installation/imprimante", kind="none", host="")
    assert answer.headers["Location"] == "/installation/suite"
    (kiosk,) = wizard.database.configuration("accueil").kiosks.values()
    assert kiosk.printer is None
    assert "/appareils" in wizard.browser.get("/installation/suite").text


def test_without_a_kiosk_there_is_no_question_of_a_printer(wizard):
    wizard.up_to_the_hall()
    wizard.post("/installation/hall", **{**HALL, "template": "without_kiosk"})
    answer = wizard.browser.get("/installation", follow_redirects=True)
    assert answer.request.path == "/installation/suite"
    assert "/appareils" not in answer.text.partition("<main")[2]


def test_a_hall_of_one_machine_is_not_called_ready_and_names_the_command(wizard):
    wizard.up_to_the_hall()
    wizard.post("/installation/hall", **HALL)
    page = wizard.browser.get("/installation/suite").text
    assert "parvis serve --lan" in page
    assert "Le hall est prêt" not in page
    assert "parvis serve --lan" in wizard.browser.get("/appareils").text


def test_the_wizard_makes_a_certificate_and_restarts_for_the_local_network(wizard, monkeypatch):
    monkeypatch.setattr(own_authority, "own_addresses", lambda: ["10.1.2.3"])
    monkeypatch.setattr(settings_of, "own_addresses", lambda: ["10.1.2.3"])
    parvis = wizard.browser.application.extensions["parvis"]
    restarts = []
    parvis.restart.by = lambda: restarts.append("now")
    wizard.up_to_the_hall()
    wizard.post("/installation/hall", **HALL)
    assert wizard.browser.get("/installation/suite").headers["Location"] == "/installation/reseau"
    alone = wizard.post("/installation/reseau", kind="here").headers["Location"]
    assert wizard.browser.get(alone).status_code == 200
    ready = wizard.post("/installation/reseau", kind="lan").text
    assert "https://10.1.2.3:8080/pair" in ready
    assert own_authority_of(parvis.settings).fingerprint in ready
    assert restarts == []
    assert not Settings(var=parvis.settings.var).lan
    assert "https://10.1.2.3:8080/installation/suite" in wizard.post("/installation/reseau/redemarrage").text
    assert restarts == ["now"]
    assert Settings(var=parvis.settings.var).base_url == "https://10.1.2.3:8080"


@pytest.mark.parametrize("path", ["/", "/connexion"])
def test_without_accounts_every_entry_page_says_how_to_begin(wizard, path):
    assert wizard.browser.get(path).headers["Location"] == "/installation"
    wizard.up_to_the_hall()
    wizard.browser.delete_cookie(SESSION_COOKIE)
    assert wizard.browser.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/installation/hall?template=general", "/configuration/nouveau"])
def test_setting_up_needs_the_permission_to_configure(wizard, path):
    wizard.up_to_the_hall()
    wizard.post("/installation/hall", **HALL)
    wizard.browser.delete_cookie(SESSION_COOKIE)
    assert wizard.browser.get(path).headers["Location"].startswith("/connexion")
    wizard.sign_in_as("agent")
    assert wizard.browser.get(path).status_code == 403
    wizard.sign_in_as("administrator")
    assert wizard.browser.get(path).status_code == 200


def test_an_administrator_of_one_site_adds_halls_only_there(wizard):
    wizard.up_to_the_hall()
    wizard.post("/installation/hall", **HALL)
    new = {"template": "general", "counters": "1", "name": "Annexe", "address": "2 rue Basse", **HOURS}
    wizard.post("/configuration/nouveau", **new, hall_name="Annexe")
    wizard.sign_in_as("supervisor", "annexe")
    assert wizard.browser.get("/installation/suite").headers["Location"] == "/configuration"
    page = wizard.browser.get("/configuration/nouveau").text
    assert 'value="annexe"' in page
    assert 'value="hotel-ville"' not in page
    assert 'class="new-site"' not in page
    for elsewhere in ("", "hotel-ville"):
        refused = wizard.post("/configuration/nouveau", **new, hall_name="Autre", site=elsewhere)
        assert refused.status_code == 403
    assert read_installing(wizard.database).sites == ("hotel-ville", "annexe")
    made = wizard.post("/configuration/nouveau", **new, hall_name="Autre", site="annexe")
    assert made.headers["Location"] == "/configuration/autre/edit"


@pytest.mark.parametrize("wrong", [{"hall_name": "x" * 81}, {"template": "none"}])
def test_a_site_made_for_a_hall_that_is_refused_is_chosen_for_the_next_press(wizard, wrong):
    wizard.up_to_the_hall()
    wizard.post("/installation/hall", **HALL)
    new = {**HALL, "hall_name": "Annexe", "name": "Annexe", "address": "2 rue Basse", **HOURS}
    refused = wizard.post("/configuration/nouveau", **new | wrong)
    assert refused.status_code == 422
    chosen = re.findall(r'<option value="([^"]*)" selected', refused.text)
    assert chosen == ["annexe"]
    made = wizard.post("/configuration/nouveau", **new, site=chosen[0])
    assert made.headers["Location"] == "/configuration/annexe/edit"
    assert read_installing(wizard.database).sites == ("hotel-ville", "annexe")


def test_a_new_hall_that_cannot_be_leaves_no_site_behind(wizard):
    wizard.up_to_the_hall()
    wizard.post("/installation/hall", **HALL)
    new = {"template": "general", "counters": "1", "name": "Annexe", "address": "2 rue Basse", **HOURS}
    assert list(problems(wizard.post("/configuration/nouveau", **new, hall_name=""))) == ["hall_name"]
    assert read_installing(wizard.database).sites == ("hotel-ville",)
    made = wizard.post("/configuration/nouveau", **new, hall_name="Annexe")
    assert made.headers["Location"] == "/configuration/annexe/edit"
    assert read_installing(wizard.database).sites == ("hotel-ville", "annexe")
