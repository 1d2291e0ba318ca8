"""The pages of people, of one's own account and of invitations: who sees what, and what each form does."""

import re
from datetime import timedelta
from html import escape
from typing import Any
from urllib.parse import unquote

import pytest

from server.domain.author import SYSTEM, Author
from server.store.people.accounts import AccountRow, Grant
from server.store.transactions.database import Database
from server.usecases.calling import AtCounter, call_next
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.people.accounts import Described, set_password
from server.usecases.people.directory import known_sites, read_own_sessions, read_people
from server.usecases.people.invitations import invite
from server.usecases.people.sessions import begin_session
from server.usecases.people.sign_in import Attempt, prove
from server.usecases.visits.gestures import Gesture
from server.usecases.visits.leg_verbs import finish, start
from server.web.access import sign_in
from server.web.access.cookies import BROWSER_COOKIE, SESSION_COOKIE
from server.web.rendering.viewer import zone_of
from tests.harness.sql import all_rows
from tests.server.usecases.at_counters import COUNTER, SERVICE, issue
from tests.server.web.access.test_provider_sign_in import LEADING_AWAY
from tests.server.web.api_site import HALL, PASSWORD, ApiSite

NEW = "cendrier parapluie olive"


class Forms:
    """A browser that posts forms of the pages it has read."""

    def __init__(self, site: ApiSite, browser: Any = None) -> None:
        self.browser = browser or site.app.test_client()

    def get(self, path: str) -> Any:
        return self.browser.get(path)

    def post(self, path: str, form: dict[str, Any] | None = None, page: str = "/invitation") -> Any:
        token = self.get(page).text.partition('name="csrf-token" content="')[2].partition('"')[0]
        return self.browser.post(path, data={**(form or {}), "csrf_token": token})


def account_of(site: ApiSite, role: str) -> str:
    """The id of the account whose first role is this one."""
    people = read_people(site.database, None)
    return next(each.account for each in people if each.grants[0].role == role)


@pytest.fixture
def chief(api: ApiSite) -> Forms:
    """An administrator of every site."""
    return Forms(api, api.person("administrator", "*"))


def test_a_role_is_limited_to_counters_and_services_on_the_page_and_its_fact_says_so(
    api: ApiSite, chief: Forms
):
    api.person("agent")
    place = f"/personnes/{account_of(api, 'agent')}"
    page = chief.get(place).text
    assert 'name="limit-1" value="laon-poste-1"' in page
    assert 'value="vervins-g1"' not in page
    form = {"role": "agent", "site": HALL, "limit-1": ["laon-poste-1", "laon-numerique"]}
    assert chief.post(f"{place}/roles", form).status_code == 303
    page = chief.get(place).text
    assert 'value="laon-poste-1" checked' in page
    named = chief.get("/personnes").text.partition("seulement <bdi>")[2].partition("</bdi>")[0]
    assert named == "Point d’accueil numérique, poste numérique 1"
    fact = all_rows(api.database, "SELECT body FROM installation_fact WHERE kind = 'RolesChanged'")[-1]
    assert '"limited_to":["laon-numerique","laon-poste-1"]' in fact["body"]
    for wrong, said in (
        ({"limit-1": "vervins-g1"}, "d’un autre site"),
        ({"role": "reception", "limit-1": "laon-g1"}, "vaut pour tout le hall"),
        ({"role": ["agent", "agent"], "site": [HALL, HALL], "limit-1": "laon-g1"}, "donné deux fois"),
    ):
        refused = chief.post(f"{place}/roles", form | wrong)
        assert (refused.status_code, said in refused.text) == (422, True)


def test_an_invited_person_chooses_a_password_and_is_signed_in(api: ApiSite, chief: Forms):
    form = {
        "name": "Marie Dubreuil",
        "login": "marie",
        "email": "",
        "role": ["agent", ""],
        "site": [HALL, HALL],
    }
    page = chief.post("/personnes/inviter", form)
    link = re.search(r"http://localhost/invitation#t=([\w-]{40,})", page.text)
    assert link is not None
    assert link[1] not in chief.get("/personnes").text
    guest = Forms(api)
    choosing = guest.post("/invitation", {"t": link[0]})  # pasted whole, where scripts are off
    assert "Bienvenue, Marie Dubreuil" in choosing.text
    assert "Si ce n’est pas vous" not in choosing.text
    other = chief.post("/invitation", {"t": link[1]}).text  # where another person is signed in
    assert "ce lien est celui de Marie Dubreuil" in other
    assert choosing.headers["Cache-Control"] == "no-store"
    chosen = {"t": link[1], "new": NEW, "again": NEW}
    differ = guest.post("/invitation", chosen | {"again": "another one"})
    assert (differ.status_code, "ne sont pas les mêmes" in differ.text) == (422, True)
    weak = guest.post("/invitation", chosen | {"new": "marie.dubreuil", "again": "marie.dubreuil"})
    assert 'id="new-refused"' in weak.text
    done = guest.post("/invitation", chosen)
    assert (done.status_code, done.location) == (303, "/console"), "an agent begins at the counter"
    assert guest.browser.get_cookie(BROWSER_COOKIE) is not None
    assert "Marie Dubreuil" in guest.get("/compte").text
    again = Forms(api).post("/invitation", chosen)
    assert (again.status_code, "déjà servi" in again.text) == (409, True)


def test_an_expired_link_says_so_and_names_a_contact(api: ApiSite):
    link = invite(api.database, SYSTEM, Described("marie", "Marie"), [Grant("agent", HALL)], sites=None)
    api.hands.now = link.expires_at
    answer = Forms(api).post("/invitation", {"t": link.token})
    assert (answer.status_code, "son délai est passé" in answer.text) == (409, True)
    assert "Demandez un nouveau lien" in answer.text
    assert Forms(api).post("/invitation", {"t": "nobody"}).status_code == 404


def test_a_form_that_is_refused_keeps_what_was_typed_and_points_at_the_field(api: ApiSite):
    chief = Forms(api, api.person("administrator", "*"))
    form = {"name": "Marie", "login": "two words", "role": ["supervisor"], "site": ["vervins"]}
    page = chief.post("/personnes/inviter", form)
    assert page.status_code == 422
    assert 'value="two words"' in page.text
    assert 'id="login-refused"' in page.text
    assert 'href="#login"' in page.text
    assert re.search(r'value="supervisor" selected.*value="vervins" selected', page.text, re.DOTALL)
    without = chief.post("/personnes/inviter", form | {"login": "marie", "role": [""]})
    assert 'href="#role-1"' in without.text


@pytest.mark.both_databases
def test_each_verb_of_a_person_says_what_was_done(api: ApiSite, chief: Forms):
    api.person("agent")
    path = f"/personnes/{account_of(api, 'agent')}"
    steps: list[tuple[str, dict[str, Any], str]] = [
        (
            "description",
            {"name": "Marie", "login": "marie", "email": "m@example.org", "language": "fr"},
            "described",
        ),
        ("roles", {"role": ["reception", "quality"], "site": [HALL, "*"]}, "roles"),
        ("sessions", {}, "ended"),
        ("bloquer", {}, "locked"),
        ("debloquer", {}, "unlocked"),
    ]
    for verb, form, done in steps:
        answer = chief.post(f"{path}/{verb}", form)
        assert (answer.status_code, answer.location) == (303, f"{path}?fait={done}")
        assert 'role="status"' in chief.get(answer.location).text
    assert "invitation#t=" in chief.post(f"{path}/lien").text
    assert chief.post(f"{path}/supprimer").location == "/personnes?fait=removed"
    assert chief.get(path).status_code == 404


@pytest.mark.parametrize("role", ["agent", "supervisor", "committee"])
def test_only_administrators_of_people_read_and_change_them(api: ApiSite, role: str):
    forms = Forms(api, api.person(role))
    me = read_people(api.database, None)[0].account
    assert forms.get("/personnes").status_code == 403
    assert forms.get(f"/personnes/{me}").status_code == 403
    for verb in ("roles", "lien", "bloquer", "sessions", "supprimer", "description"):
        assert forms.post(f"/personnes/{me}/{verb}", page="/").status_code == 403
    assert (
        forms.post("/personnes/chiffres-individuels", {"site": HALL, "on": "1"}, page="/").status_code == 403
    )
    nobody = Forms(api)
    assert nobody.get("/personnes").location == "/connexion?next=%2Fpersonnes"
    assert nobody.get("/compte").location == "/connexion?next=%2Fcompte"
    assert nobody.post(f"/personnes/{me}/bloquer").status_code == 302


def test_an_administrator_of_one_site_sees_its_people_alone(api: ApiSite):
    api.person("agent", "vervins")
    api.person("quality", "*")
    elsewhere = [each.account for each in read_people(api.database, None)]
    forms = Forms(api, api.person("administrator"))
    page = forms.get("/personnes").text
    assert page.count('scope="row"') == 1
    assert '<option value="*"' not in forms.get("/personnes/inviter").text
    for each in elsewhere:
        assert forms.get(f"/personnes/{each}").status_code == 404
        assert forms.post(f"/personnes/{each}/sessions").status_code == 404
        assert forms.post(f"/personnes/{each}/supprimer").status_code == 404
    assert len(read_people(api.database, None)) == 3
    form = {"name": "M", "login": "m", "role": ["administrator"], "site": ["*"]}
    assert forms.post("/personnes/inviter", form).status_code == 403
    only = forms.browser.get("/personnes").text.partition('scope="row"><a href="')[2].partition('"')[0]
    assert forms.post(f"{only}/bloquer").status_code == 409  # oneself
    assert forms.post(f"{only}/roles", {"role": ["administrator"], "site": ["*"]}).status_code == 403


def test_instants_are_shown_in_the_zone_of_one_of_the_readers_sites(api: ApiSite):
    laon = known_sites(api.database)[HALL]
    known = {"cayenne": laon.model_copy(update={"time_zone": "America/Cayenne"}), HALL: laon}
    for sites, zone in (
        (None, "America/Cayenne"),
        ([HALL], "Europe/Paris"),
        (["cayenne", HALL], "America/Cayenne"),
        (["gone"], "America/Cayenne"),
    ):
        assert zone_of(known, sites).key == zone
    assert zone_of({}, None).key == "Europe/Paris"


def test_one_sees_and_ends_ones_own_sessions_and_no_others(api: ApiSite):
    own = Forms(api, api.person("agent"))
    mine = read_people(api.database, None)[0].account
    other = api.person("quality")
    foreign = next(each.account for each in read_people(api.database, None) if each.account != mine)
    begin_session(api.database, mine)
    session = read_own_sessions(api.database, foreign)[0].id
    own.post("/compte/sessions", {"session": session}, page="/compte")
    assert other.get("/compte").status_code == 200
    assert own.post("/compte/sessions", page="/compte").location.startswith("/compte?fait=ended")
    assert len(read_own_sessions(api.database, mine)) == 1
    assert own.get("/compte").status_code == 200


def test_pages_use_the_persons_language_not_the_browsers(api: ApiSite):
    chief, agent = Forms(api, api.person("administrator", "*")), Forms(api, api.person("agent"))
    in_english = {"Accept-Language": "en"}
    assert '<html lang="fr"' in agent.browser.get("/compte", headers=in_english).text
    account = account_of(api, "agent")
    described = {"name": "Ana", "login": "ana", "email": ""}
    path = f"/personnes/{account}/description"
    refused = chief.post(path, described | {"language": "it"}, page="/personnes")
    assert 'id="language-refused"' in refused.text
    chief.post(path, described | {"language": "es"}, page="/personnes")
    assert '<html lang="es"' in agent.browser.get("/compte", headers=in_english).text
    assert '<html lang="en"' in agent.get("/compte?lang=en").text
    assert '<html lang="en"' in Forms(api).browser.get("/connexion", headers=in_english).text
    assert '<html lang="fr"' in chief.get("/compte").text


def test_another_password_is_refused_in_its_field_or_taken(api: ApiSite):
    forms = Forms(api, api.person("agent"))
    wanted = {"present": PASSWORD, "new": NEW, "again": NEW}

    def change(**typed: str) -> Any:
        return forms.post("/compte/mot-de-passe", wanted | typed, page="/compte")

    for typed, field in (({"present": "wrong"}, "present"), ({"new": "court", "again": "court"}, "new")):
        page = change(**typed)
        assert f'id="{field}-refused"' in page.text
    assert change().location == "/compte?fait=password"
    assert 'id="present-refused"' in change().text


def test_a_known_browser_signs_in_while_its_login_is_being_guessed(api: ApiSite):
    api.person("agent")
    login = read_people(api.database, None)[0].login
    owner = Forms(api)
    right = {"login": login, "password": PASSWORD}
    assert owner.post("/connexion", right, page="/connexion").status_code == 303
    owner.browser.delete_cookie(SESSION_COOKIE)
    guesser = Forms(api)
    for _ in range(8):
        guesser.post("/connexion", right | {"password": "wrong"}, page="/connexion")
    slowed = guesser.post("/connexion", right, page="/connexion")
    assert (slowed.status_code, "Réessayez dans 2\u00a0s" in slowed.text) == (429, True)
    assert owner.post("/connexion", right, page="/connexion").status_code == 303
    tampered = Forms(api)
    tampered.browser.set_cookie(BROWSER_COOKIE, "made.up.cookie")
    assert tampered.post("/connexion", right, page="/connexion").status_code == 429


def test_a_sign_in_with_a_password_just_changed_is_refused(api: ApiSite, monkeypatch: pytest.MonkeyPatch):
    api.person("agent")
    [person] = read_people(api.database, None)

    def prove_slowly(database: Database, attempt: Attempt) -> AccountRow:
        proved = prove(database, attempt)
        set_password(database, SYSTEM, person.login, NEW)
        return proved

    monkeypatch.setattr(sign_in, "prove", prove_slowly)
    typed = {"login": person.login, "password": PASSWORD}
    assert Forms(api).post("/connexion", typed, page="/connexion").status_code == 401
    assert read_own_sessions(api.database, person.account) == []


def test_signing_in_continues_only_at_an_address_of_this_server(api: ApiSite):
    signed_in, nobody = api.person("agent"), api.app.test_client()
    own = "/mur?hall=laon&q=é#x"
    for asked, way in ((own, own), *((each, "/") for each in LEADING_AWAY)):
        answer = signed_in.get("/connexion", query_string={"next": asked})
        assert (answer.status_code, unquote(answer.location)) == (303, way), asked
        page = nobody.get("/connexion", query_string={"next": asked})
        assert f'name="next" value="{escape(way)}"' in page.text, asked


def test_individual_figures_are_decided_on_the_page_and_agents_are_informed(api: ApiSite):
    chief, agent = Forms(api, api.person("administrator", "*")), Forms(api, api.person("agent"))
    supervisor = Forms(api, api.person("supervisor"))
    assert "Aucun chiffre n’est montré par agent" in agent.get("/compte").text
    assert "personne ne l’a décidé" in supervisor.get("/qualite/agents").text
    assert "/qualite/agents" not in supervisor.get("/qualite").text
    today = api.hands.now.date()
    asked = f"/api/v1/individual-figures?hall={HALL}&from={today}&to={today + timedelta(days=1)}"
    assert [each.get(asked).status_code for each in (supervisor, agent)] == [409, 403]
    assert agent.get("/qualite/agents").status_code == 403
    decided = chief.post("/personnes/chiffres-individuels", {"site": HALL, "on": "1"})
    assert decided.location == "/personnes?fait=figures#figures"
    assert "Permis par une décision inscrite au journal" in agent.get("/compte").text
    assert "Personne n’a été reçu" in supervisor.get("/qualite/agents").text
    assert "/qualite/agents?" in supervisor.get("/qualite").text
    opened = SessionRequest(services=[SERVICE])
    holder = Author(account_of(api, "agent"))
    open_counter(api.database, COUNTER, holder, opened)
    issue(api.database)
    called = call_next(api.database, COUNTER, holder, AtCounter())
    assert called is not None
    gesture = Gesture(called["leg"], holder)
    start(api.database, gesture)
    api.hands.now += timedelta(minutes=4)
    finish(api.database, gesture)
    page = supervisor.get("/qualite/agents").text
    rows = re.findall(r'<th scope="row(?:group)?">(?:<bdi>)?([^<]+).*?"number">(\d+)<', page)
    assert rows == [("agent", "1"), ("Accueil et renseignements", "1")]
    [told] = supervisor.get(asked).get_json()["agents"]
    services = [{"service": SERVICE, "served": 1, "median_s": None}]
    assert told == {"name": "agent", "served": 1, "median_s": None, "services": services}


def test_forms_without_the_token_of_the_page_change_nothing(api: ApiSite):
    browser = api.person("administrator", "*")
    me = read_people(api.database, None)[0].account
    paths = [
        f"/personnes/{me}/{verb}" for verb in ("roles", "bloquer", "supprimer", "lien", "envoi", "sessions")
    ]
    for path in (*paths, "/personnes/inviter", "/compte/sessions", "/compte/mot-de-passe", "/invitation"):
        assert browser.post(path, data={"login": "x"}).status_code == 403, path
