"""A link leaves by letter over a real mail server, or the page says why not; it stays to be copied."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.logs import configure_logs
from server.usecases.people.directory import read_people
from tests.harness.sql import all_rows
from tests.server.sending.conftest import Mailbox, mailbox, slow_mail_server, subject_of, text_of_letter
from tests.server.web.api_site import HALL, ApiSite
from tests.server.web.people.test_people import Forms

ADDRESS = "marie@example.org"
MARIE = {"name": "Marie Dubreuil", "login": "marie", "email": "", "role": ["agent"], "site": [HALL]}
LINK = re.compile(r"http://localhost/invitation#t=([\w-]{40,})")


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


@pytest.fixture
def posting(sqlite_url: str, tmp_path: Path, box: Mailbox) -> Iterator[ApiSite]:
    """Laon with a mail server."""
    settings = {"smtp_host": "127.0.0.1", "smtp_port": str(box.port), "smtp_tls": "none"}
    found = ApiSite(sqlite_url, tmp_path, settings=settings)
    yield found
    found.close()


class Inviting:
    """An administrator who has just made Marie's account, and its link."""

    def __init__(self, site: ApiSite, **described: str) -> None:
        self.forms = Forms(site, site.person("administrator", "*"))
        self.page = self.forms.post("/personnes/inviter", MARIE | described).text
        [self.token] = LINK.findall(self.page)
        [self.account] = [each.account for each in read_people(site.database, None) if each.login == "marie"]

    def send(self, address: str = ADDRESS) -> Any:
        form = {"t": self.token, "address": address}
        return self.forms.post(f"/personnes/{self.account}/envoi", form)


def test_a_link_is_sent_opens_once_and_its_address_is_kept_nowhere(
    posting: ApiSite, box: Mailbox, capfd: pytest.CaptureFixture[str]
):
    configure_logs("debug")
    chief = Inviting(posting)
    assert 'name="address" value=""' in chief.page
    answer = chief.send()
    assert (answer.status_code, f"Lien envoyé à {ADDRESS}." in answer.text) == (200, True)
    assert LINK.findall(answer.text) == [chief.token]
    [envelope] = box.letters
    assert envelope.rcpt_tos == [ADDRESS]
    assert subject_of(envelope.content) == "Préfecture de l’Aisne\u00a0: votre compte Parvis"
    text = text_of_letter(envelope.content)
    assert "Bonjour Marie Dubreuil," in text
    assert "Votre identifiant\u00a0: marie" in text
    assert "Ce lien sert une seule fois, jusqu’au 1 déc. 2026, 10:00." in text
    opened = Forms(posting).post("/invitation", {"t": LINK.findall(text)[0]})
    assert "Bienvenue, Marie Dubreuil" in opened.text
    assert ADDRESS not in whole(posting)
    written = "".join(capfd.readouterr())
    assert chief.token not in written
    assert "marie@" not in written


def whole(site: ApiSite) -> str:
    """Every text of the database."""
    tables = [
        row["name"] for row in all_rows(site.database, "SELECT name FROM sqlite_master WHERE type = 'table'")
    ]
    return repr([all_rows(site.database, f"SELECT * FROM {table}") for table in tables])


def test_a_letter_speaks_the_language_of_its_person_and_says_that_a_password_is_another(
    posting: ApiSite, box: Mailbox
):
    chief = Inviting(posting, email="marie@kept.example", language="en")
    assert 'value="marie@kept.example"' in chief.page
    chief.send()
    opened = {"t": chief.token, "new": "cendrier parapluie olive", "again": "cendrier parapluie olive"}
    marie = Forms(posting)
    assert "Welcome, Marie Dubreuil" in marie.post("/invitation", {"t": chief.token}).text
    marie.post("/invitation", opened)
    assert marie.post("/compte/langue", {"language": "xx"}, page="/compte").status_code == 422
    assert marie.post("/compte/langue", {"language": "es"}, page="/compte").status_code == 303
    assert '<html lang="es"' in marie.get("/compte?fait=language").text
    renewed = chief.forms.post(f"/personnes/{chief.account}/lien").text
    [chief.token] = LINK.findall(renewed)
    chief.send()
    assert [subject_of(each.content) for each in box.letters] == [
        "Préfecture de l’Aisne: your Parvis account",
        "Préfecture de l’Aisne: una contraseña nueva",
    ]
    assert "Hello Marie Dubreuil," in text_of_letter(box.letters[0].content)
    assert "25 nov 2026, 10:00" in text_of_letter(box.letters[1].content)


def test_a_refusal_of_the_mail_server_is_shown_and_the_link_stays(
    posting: ApiSite, box: Mailbox, capfd: pytest.CaptureFixture[str]
):
    configure_logs("debug")
    chief = Inviting(posting)
    box.refuses = "550 <marie@example.org> unknown"
    refused = chief.send()
    assert "Le lien n’est pas parti. Le serveur d’e-mail n’a pas pris ce message." in refused.text
    assert f'value="{ADDRESS}"' in refused.text
    assert LINK.findall(refused.text) == [chief.token]
    written = "".join(capfd.readouterr())
    assert "letter_not_sent" in written
    assert "550" in written
    assert not [each for each in (chief.token, "marie@") if each in written]
    box.refuses = None
    assert "Lien envoyé" in chief.send().text


def test_a_mail_server_that_hangs_or_drips_or_is_away_is_reported_at_once(posting: ApiSite, box: Mailbox):
    chief, parvis = Inviting(posting), posting.app.extensions["parvis"]
    usual = parvis.mail_server
    for drips in (False, True):
        with slow_mail_server(drips=drips) as port:
            settings = parvis.settings.model_copy(update={"smtp_port": port})
            parvis.mail_server = replace(usual, settings=settings, within_s=5, in_all_s=0.5)
            told = chief.send().text
            assert "Le lien n’est pas parti. Le serveur d’e-mail ne répond pas." in told
            assert LINK.findall(told) == [chief.token]
    parvis.mail_server = usual
    assert "Lien envoyé" in chief.send().text


def test_a_wrong_address_is_refused_at_its_field(posting: ApiSite, box: Mailbox):
    chief = Inviting(posting)
    for address in ("marie", "marie@example.org\nBcc: all@example.org", "<b>@example.org"):
        answer = chief.send(address)
        assert answer.status_code == 422, address
        assert 'id="address-refused"' in answer.text
        assert LINK.findall(answer.text) == [chief.token]
    assert box.letters == []


def test_only_a_valid_link_is_sent_and_only_with_the_permission(posting: ApiSite, box: Mailbox):
    chief = Inviting(posting)
    local = Forms(posting, posting.person("administrator", "vervins"))
    form = {"t": chief.token, "address": ADDRESS}
    assert local.post(f"/personnes/{chief.account}/envoi", form, page="/personnes").status_code == 404
    agent = Forms(posting, posting.person("agent"))
    assert agent.post(f"/personnes/{chief.account}/envoi", form, page="/").status_code == 403
    other = next(
        each.account for each in read_people(posting.database, None) if each.account != chief.account
    )
    assert chief.forms.post(f"/personnes/{other}/envoi", form).status_code == 404
    chief.forms.post(f"/personnes/{chief.account}/lien")
    over = chief.send()
    assert (over.status_code, "déjà servi" in over.text) == (409, True)
    assert box.letters == []


def test_sending_links_is_limited_per_person_and_the_link_stays(posting: ApiSite, box: Mailbox):
    chief = Inviting(posting)
    answers = [chief.send() for _ in range(13)]
    assert [each.status_code for each in answers] == [200] * 12 + [429]
    assert LINK.findall(answers[-1].text) == [chief.token]
    assert len(box.letters) == 12


def test_without_a_mail_server_the_page_says_why_it_only_copies(api: ApiSite):
    chief = Inviting(api)
    assert "Aucun serveur d’e-mail n’est réglé (PARVIS_SMTP_HOST)" in chief.page
    assert 'name="address"' not in chief.page
    answer = chief.send()
    assert "Le lien n’est pas parti. Aucun serveur d’e-mail n’est réglé" in answer.text
    assert LINK.findall(answer.text) == [chief.token]
