"""Who reads what reports lead to: the pages of the committee, and the page of scheduled reports."""

import io
import re
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from typing import Any

import pytest

from server.domain.actions import ActionOrigin, ActionRequest, OriginKind
from server.domain.author import SYSTEM, Author
from server.domain.reports.committee import MINUTES_BYTES
from server.domain.texts import Letter
from server.language import LANGUAGES
from server.sending import SendRefused
from server.sending.mail import MailServer
from server.settings import Settings
from server.store.people.accounts import Grant
from server.usecases.actions import add_action, add_action_for
from server.usecases.journal.maintenance import purge
from server.usecases.reports.reports import approve_report, begin_report, freeze_report, write_sentences
from tests.server.usecases.quality.figures_history import play_days
from tests.server.web.api_site import HALL, OTHER, ApiSite, csrf_of, send_files
from tests.signage.media.uploads import taken

PLACE = "/voix/comite"


AGENDA = {"met_on": "2026-11-24", "starts_at": "14:30", "agenda": "Attente au guichet 3"}


def press(browser: Any, path: str, **fields: Any) -> Any:
    return browser.post(path, data=fields | {"csrf_token": csrf_of(browser)})


def file(content: bytes) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), "compte-rendu.html"


@pytest.fixture
def meeting(api: ApiSite) -> str:
    """The address of a meeting of today at Laon."""
    anne = api.person("quality")
    assert press(anne, f"{PLACE}/membres", function="Association d’usagers").status_code == 303
    return str(press(anne, f"{PLACE}/reunions", **AGENDA).headers["Location"])


SENDINGS = "/rapports/envois"
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
    return browser.post(SENDINGS + path, data=fields | {"csrf_token": csrf_of(browser)})


def shown(browser: Any, address: str = SENDINGS) -> str:
    return re.sub(r"(<[^>]*>|\s)+", " ", browser.get(address).text)


def test_a_committee_is_kept_by_its_writers_and_read_by_its_members(api: ApiSite, meeting: str):
    anne, member, stranger = api.person("quality"), api.person("committee"), api.person("quality", OTHER)
    report = begin_report(api.database, SYSTEM, [HALL], "2026-Q3", sites=None)["report"]
    assert press(anne, f"{meeting}/envoi", report=report, sent_on="2026-11-20").status_code == 422
    elsewhere = begin_report(api.database, SYSTEM, [OTHER], "2026-Q3", sites=None)["report"]
    for each in (report, elsewhere):
        freeze_report(api.database, SYSTEM, each, sites=None)
        approve_report(api.database, Author("another"), each, sites=None)
    at_both = api.person_of(Grant("quality", HALL), Grant("quality", OTHER)).get(meeting).text
    assert (report in at_both, elsewhere in at_both) == (True, False)
    assert "dossier pas encore envoyé" in anne.get("/").text
    assert press(anne, f"{meeting}/envoi", report=report, sent_on="2026-11-20").status_code == 303
    assert "dossier pas encore envoyé" not in anne.get("/").text
    decided = {"text": "Quatre sièges", "owner": "Logistique", "due_on": "2026-12-15"}
    assert press(anne, f"{meeting}/decisions", **decided).status_code == 303
    assert press(anne, f"{meeting}/compte-rendu", minutes=file(b"%PDF-1.7")).status_code == 303
    for reader in (anne, member):
        page = reader.get(meeting).text
        assert f'<a href="/rapports/{report}">' in page
        assert "Quatre sièges" in page
        assert "Association d’usagers" in reader.get(PLACE).text
    assert "<form" not in member.get(meeting).text.partition("<main")[2].partition("</main")[0]
    assert press(member, f"{meeting}/decisions", **decided).status_code == 403
    plan = anne.get("/voix/actions").text
    origin = plan.partition('<a href="/voix/comite/decision/')[2].partition('"')[0]
    assert member.get(f"{PLACE}/decision/{origin}").headers["Location"] == f"{meeting}#decision-{origin}"
    minutes = member.get(f"{meeting}/compte-rendu")
    assert minutes.data == b"%PDF-1.7"
    assert minutes.headers["Content-Disposition"] == 'attachment; filename="compte-rendu-laon.pdf"'
    assert (minutes.mimetype, minutes.headers["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    for path in (meeting, f"{meeting}/compte-rendu", f"{PLACE}?site={HALL}", f"{PLACE}/decision/{origin}"):
        assert stranger.get(path).status_code == 404
    assert press(stranger, f"{meeting}/decisions", **decided).status_code == 404
    assert press(anne, f"{meeting}/compte-rendu/suppression").status_code == 303
    assert anne.get(f"{meeting}/compte-rendu").status_code == 404
    for language in LANGUAGES:
        assert "committee." not in anne.get(f"{meeting}?lang={language}").text.partition("<main")[2]


def test_bad_input_is_refused_in_words_on_the_same_page(api: ApiSite, meeting: str):
    anne, vervins = api.person("quality"), api.person("quality", OTHER)
    held = AGENDA | {"met_on": "2019-03-14", "is_held": "yes"}
    before = press(vervins, f"{PLACE}/reunions", **held).headers["Location"]
    assert press(vervins, f"{before}/decisions", text="Sièges").status_code == 303
    assert 'type="file"' not in vervins.get(before).text, "its minutes would be erased at once"
    for browser, path, fields, status, said in (
        (vervins, f"{PLACE}/reunions", AGENDA, 409, "pas de membre dont le mandat court"),
        (anne, f"{PLACE}/reunions", AGENDA | {"met_on": "2026-11-23"}, 422, "cochez la case"),
        (anne, f"{PLACE}/reunions", held | {"met_on": "2026-11-25"}, 422, "décochez la case"),
        (vervins, f"{before}/retrait", {}, 409, "elle reste dans la liste"),
        (vervins, f"{before}/compte-rendu", {"minutes": file(b"%PDF-1.7")}, 422, "ce délai est passé"),
        (anne, f"{PLACE}/membres", {"function": "M. Roy"}, 422, "aucun nom n’est gardé"),
        (anne, meeting, AGENDA | {"agenda": ""}, 422, "Écrivez l’ordre du jour"),
        (anne, f"{meeting}/compte-rendu", {}, 422, "Choisissez un fichier"),
        (anne, f"{meeting}/compte-rendu", {"minutes": file(b"<html>")}, 422, "ni un PDF ni un texte ODT"),
    ):
        answer = press(browser, path, **fields)
        assert (answer.status_code, said in answer.text) == (status, True), said
    for size in (MINUTES_BYTES + 1, 50_000_000):
        answer = send_files(anne, f"{meeting}/compte-rendu", [bytes(size)], field="minutes")
        assert (answer.status_code, "5\u00a0Mo au plus" in answer.text) == (413, True), size
    assert "Supprimer cette réunion" in anne.get(meeting).text
    assert press(anne, f"{meeting}/retrait").headers["Location"] == f"{PLACE}?site={HALL}"
    assert anne.get(meeting).status_code == 404
    assert press(anne, f"{meeting}/retrait").status_code == 404


ACTIONS = "/voix/actions"


SEATS = {"remark": "Plus de sièges", "owner": "Logistique", "due_on": "2026-11-01", "state": "to_do"}


def test_an_action_is_added_once_changed_and_marked_late(api: ApiSite):
    anne, stranger = api.person("quality"), api.person("quality", OTHER)
    assert "Aucune action pour le moment" in anne.get(ACTIONS).text
    first = press(anne, ACTIONS, formulaire="one", **SEATS)
    assert first.status_code == 303
    assert press(anne, ACTIONS, formulaire="one", **SEATS).headers["Location"] == first.headers["Location"]
    page = anne.get(ACTIONS).text
    assert page.count("Plus de sièges</bdi></h3>") == 1
    assert "1 en retard" in page
    action = first.headers["Location"].partition("fait=")[2].partition("#")[0]
    finished = SEATS | {"state": "done", "solution": "Quatre sièges", "proof": "Facture 12"}
    of_action = f"{ACTIONS}?modifier={action}"
    assert press(anne, of_action, **finished).status_code == 303
    assert "en retard</span>" not in anne.get(ACTIONS).text
    for wrong, said in (
        ({"remark": " "}, "Écrivez la remarque."),
        ({"due_on": "demain"}, "Donnez une date"),
        ({"owner": "x" * 81}, "80 caractères au plus"),
        ({"owner": "Mme Martin"}, "pas une personne"),
        ({"state": "later"}, "Choisissez un état"),
        ({"solution": "", "state": "done"}, "une action faite dit comment"),
        ({"proof": "", "solution": "Sièges", "state": "done"}, "ce qui montre que c’est fait"),
    ):
        answer = press(anne, ACTIONS, **(SEATS | wrong))
        assert answer.status_code == 422
        assert said in answer.text
        assert f'aria-describedby="{next(iter(wrong))}-refused"' in answer.text
    assert "Plus de sièges" not in stranger.get(f"{ACTIONS}?etat=all").text
    assert stranger.get(f"{ACTIONS}?site={HALL}").status_code == 404
    assert press(stranger, of_action, **SEATS).status_code == 404
    assert press(stranger, ACTIONS, site=HALL, **SEATS).status_code == 404
    committee = api.person("committee")
    plan = committee.get(f"{ACTIONS}?etat=done").text
    assert ("Quatre sièges" in plan, "Facture 12" in plan) == (True, True)
    assert 'method="post"' not in plan.partition("<main")[2].partition("</main")[0]
    assert press(committee, of_action, **SEATS).status_code == 403
    assert api.person("agent").get(ACTIONS).status_code == 403


DONE = SEATS | {"state": "done", "solution": "Quatre sièges", "proof": ""}


@pytest.mark.both_databases
def test_photographs_prove_that_an_action_is_done_and_go_after_three_years(api: ApiSite):
    anne, committee = api.person("quality"), api.person("committee")
    added = press(anne, ACTIONS, formulaire="one", **SEATS).headers["Location"]
    action = added.partition("fait=")[2].partition("#")[0]
    of_action, first = f"{ACTIONS}?modifier={action}", f"{ACTIONS}/{action}/photographies/1"

    def change(*contents: bytes, nobody: str = "yes", **fields: str) -> Any:
        return send_files(anne, of_action, contents, nobody=nobody, **DONE | fields)

    for contents, changed, field, said in (
        ([], {}, "proof", "ce qui montre que c’est fait"),
        ([taken(1)], {"nobody": ""}, "nobody", "personne n’y est reconnaissable"),
        ([taken(1), b"<svg>"], {}, "photographs", "votre texte est toujours là"),
        ([taken(shade) for shade in range(4)], {}, "photographs", "3 photographies au plus"),
        ([bytes(46_000_000)], {}, "photographs", "15\u00a0Mo au plus"),
        ([taken(1)], {"solution": ""}, "solution", "une action faite dit comment"),
    ):
        refused = change(*contents, **changed)
        assert (refused.status_code // 100, said in refused.text) == (4, True), said
        assert f'{field}-refused"' in refused.text, said
    assert (api.count("proof_photograph"), "À faire</b>" in anne.get(ACTIONS).text) == (0, True)
    for _ in range(2):  # the same sent again is not added again
        assert change(taken(1), taken(2)).status_code == 303
    plan = committee.get(f"{ACTIONS}?etat=done").text
    assert plan.count("<img ") == 2
    assert committee.get(first).mimetype == "image/webp"
    assert api.person("quality", OTHER).get(first).status_code == 404
    assert send_files(committee, of_action, [taken(3)], nobody="yes", **DONE).status_code == 403
    assert change(**{"removed-1": "yes", "removed-2": "yes"}).status_code == 422
    assert anne.get(first).status_code == 200
    assert change(**{"removed-1": "yes"}).status_code == 303
    assert anne.get(first).status_code == 404
    api.hands.now += timedelta(days=3 * 365 + 1)
    assert purge(api.database)["proof_photograph"] == 1


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Vieille", "Future"]),
        ("etat=late", ["Vieille"]),
        ("etat=done", ["Finie"]),
        ("etat=all&site=laon", ["Vieille", "Finie"]),
        (f"etat=all&site={OTHER}", ["Future"]),
        ("etat=nothing", ["Vieille", "Future"]),
    ],
)
def test_the_list_is_cut_down_to_a_site_and_a_state(api: ApiSite, query: str, shown: list[str]):
    for site, remark, due_on, state in (
        (HALL, "Vieille", "2026-01-01", "doing"),
        (HALL, "Finie", "2026-01-02", "done"),
        (OTHER, "Future", "2027-01-01", "to_do"),
    ):
        typed = ActionRequest(remark, "", "Fait", "", due_on, state, proof="Note")
        add_action(api.database, api.database.configuration(site).site, typed, form=remark)
    page = api.person_of(Grant("quality", HALL), Grant("quality", OTHER)).get(f"{ACTIONS}?{query}").text
    assert [each for each in ("Vieille", "Future", "Finie") if f"{each}</bdi></h3>" in page] == shown


def test_an_action_links_to_what_it_comes_from(api: ApiSite):
    origin = ActionOrigin(OriginKind.HALL_CHECK, "x7")
    site = api.database.configuration(HALL).site
    add_action_for(api.database, site, origin, ActionRequest("Panneau", "", "", "", "", "to_do"))
    page = api.person("quality").get(ACTIONS).text
    assert '<a href="/voix/controles/constat/x7">contrôle du hall</a>' in page


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
    letter = re.search(r'name="lettre" value="([^"]+)', chief.get(SENDINGS).text)
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
    assert re.search(r"^Visites\u00a0: \d+ \(trop peu de jours ; avant\u00a0: ", sent.text, re.MULTILINE)
    schedule = re.search(r'name="envoi" value="([^"]+)', chief.get(SENDINGS).text)
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
        page = chief.get(f"{SENDINGS}?lang={language}&fait=removed").text
        assert not re.search(r"\b(sendings|refusal|reports)\.[a-z_.]+", page.partition("<main")[2])
