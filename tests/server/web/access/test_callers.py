"""Callers: those who may call in a part of a hall, devices that are remembered, where signing in leads."""

from typing import Any

import pytest

from server.clock import Clock
from server.domain.author import SYSTEM
from server.domain.refusals import Refusal
from server.ids import new_token, token_digest
from server.live import messages
from server.live.presence import VoidTokens
from server.store.devices.paired_devices import bearer_of_token, insert_device
from server.store.people.accounts import EVERY_SITE, Grant
from server.store.transactions.database import Database
from server.usecases.devices.devices import revoke_device
from server.usecases.people.accounts import NewAccount, change_roles, create_account
from server.usecases.people.directory import read_people
from server.web.access.callers import MANY_DEVICES, CallerCache
from tests.harness.sql import all_rows
from tests.server.web.api_site import COUNTER, HALL, PASSWORD, SERVICE, ApiSite, accepted, csrf_of, refused

# --- who may call in a part of a hall: what they read, take over and do ---------------------------


COMPUTER, SECOND, ONLINE = "laon-poste-1", "laon-poste-2", "laon-numerique"
HELPER = Grant("digital_helper", HALL)


class Caller:
    """A person with one role, and the counter session they hold."""

    def __init__(self, api: ApiSite, grant: Grant) -> None:
        self.browser = api.person_of(grant)
        self.headers = {"X-CSRFToken": csrf_of(self.browser)}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        sent = {} if method == "GET" else {"json": body or {}}
        return self.browser.open(f"/api/v1{path}", method=method, headers=self.headers, **sent)

    def open(self, counter: str, **body: Any) -> dict[str, Any]:
        told = accepted(self.ask("POST", f"/counters/{counter}/session", body), 201)
        self.headers["X-Counter-Session"] = told["session"]
        return told

    def next(self, counter: str) -> dict[str, Any]:
        return accepted(self.ask("POST", f"/counters/{counter}/next", {"current": None}))

    def queue(self) -> dict[str, Any]:
        return accepted(self.ask("GET", f"/halls/{HALL}/queue"))

    def page_of_hall(self) -> Any:
        return self.browser.get(f"/console?hall={HALL}&lang=fr").text


@pytest.fixture
def helper(api: ApiSite) -> Caller:
    """A volunteer of the digital help point."""
    return Caller(api, HELPER)


def leg_of(api: ApiSite, visit: str) -> str:
    rows = all_rows(api.database, "SELECT id FROM leg WHERE visit = :v ORDER BY position DESC", v=visit)
    return str(rows[0]["id"])


def test_a_volunteer_reads_the_queue_of_the_self_service_places_alone(api: ApiSite, helper: Caller):
    api.open(COUNTER)
    called = api.ticket()
    accepted(api.next())
    api.ticket()
    online = api.ticket(ONLINE)
    queue = helper.queue()
    assert [(each["queue"], each["waiting"]) for each in queue["queues"]] == [("laon-file-numerique", 1)]
    assert [leg["number"] for leg in queue["queues"][0]["legs"]] == [online["number"]]
    assert (queue["called"], queue["in_service"], queue["no_shows"]) == ([], [], [])
    other = next(each for each in queue["counters"] if each["counter"] == COUNTER)
    assert (other["state"], other["leg"], other["next"]) == ("open", None, None)
    rest = accepted(helper.ask("GET", f"/halls/{HALL}/queue/laon-file-accueil"))
    assert rest["legs"] == []
    refused(helper.ask("GET", f"/tickets/{called['visit']}/history"), 403, "service_not_allowed")
    accepted(helper.ask("GET", f"/tickets/{online['visit']}/history"))


def test_a_volunteer_takes_no_other_counter_neither_free_nor_held_nor_as_a_further_one(
    api: ApiSite, helper: Caller
):
    api.open(COUNTER)
    helper.open(COMPUTER)
    waiting = api.ticket(ONLINE)
    facts = api.count("hall_fact")
    elsewhere = {"counter": "laon-g4", "visit": waiting["visit"], "reason": "step_free"}
    for path, body in (
        (f"/counters/{COUNTER}/session", {"take_over": True}),
        ("/counters/laon-g4/session", {}),
        (f"/counters/{COMPUTER}/call-elsewhere", elsewhere),
    ):
        refused(helper.ask("POST", path, body), 403, "counter_not_allowed")
    for path in (f"/counters/{COUNTER}", f"/counters/{COUNTER}/waiting", f"/counters/{COUNTER}/messages"):
        refused(helper.ask("GET", path), 403, "counter_not_allowed")
    assert api.count("hall_fact") == facts
    assert helper.next(COMPUTER)["number"] == waiting["number"]


def test_a_session_that_also_holds_another_counter_is_not_taken_over(api: ApiSite, helper: Caller):
    session = api.open(COMPUTER)
    accepted(api.post(f"/counters/{COUNTER}/session", {}, headers={"X-Counter-Session": session}), 201)
    facts = api.count("hall_fact")
    taking = helper.ask("POST", f"/counters/{COMPUTER}/session", {"take_over": True})
    assert refused(taking, 403, "counter_not_allowed")["counter"] == COUNTER
    assert api.count("hall_fact") == facts


def test_no_verb_from_an_own_counter_reaches_the_visit_of_another_queue(api: ApiSite, helper: Caller):
    helper.open(COMPUTER)
    visit = api.ticket()["visit"]
    leg, facts = leg_of(api, visit), api.count("hall_fact")
    bodies = {"cancel": {"reason": "misprint"}, "declare-urgent": {"reason": "other"}} | {
        verb: {"service": ONLINE} for verb in ("transfer", "correct-service", "add-service")
    }
    verbs = {
        str(rule).rpartition("/")[2]
        for rule in api.app.url_map.iter_rules()
        if str(rule).startswith("/api/v1/legs/<leg>/")
    }
    for verb in sorted(verbs - {"undo"}):
        answer = helper.ask("POST", f"/legs/{leg}/{verb}", bodies.get(verb, {}))
        refused(answer, 403, "service_not_allowed")
    chosen = {"current": None, "visit": visit, "reason": "other"}
    own = api.ticket(ONLINE)
    for path, body in (
        (f"/counters/{COMPUTER}/call", chosen),
        (f"/tickets/{visit}/link", {"number": own["number"]}),
        (f"/tickets/{own['visit']}/link", {"visit": visit}),
    ):
        refused(helper.ask("POST", path, body), 403, "service_not_allowed")
    assert api.count("hall_fact") == facts + 1, "the second ticket"


def test_a_person_sent_to_a_self_service_place_is_seen_and_called_there(api: ApiSite, helper: Caller):
    api.open(COUNTER)
    sent = api.ticket()
    leg = accepted(api.next())["leg"]
    note = "Dossier en ligne à finir"
    accepted(api.verb(leg, "transfer", {"counter": COMPUTER, "note": note}))
    queue = helper.queue()["queues"]
    assert [leg["number"] for each in queue for leg in each["legs"]] == [sent["number"]]
    helper.open(COMPUTER)
    called = helper.next(COMPUTER)
    assert called["number"] == sent["number"]
    assert accepted(helper.ask("GET", f"/counters/{COMPUTER}"))["notes"] == [note]
    accepted(helper.ask("POST", f"/legs/{called['leg']}/start"))
    accepted(helper.ask("POST", f"/legs/{called['leg']}/finish"))


def test_an_agent_limited_to_a_service_serves_it_alone_at_each_counter_that_has_it(api: ApiSite):
    agent = Caller(api, Grant("agent", HALL, (SERVICE,)))
    api.ticket("laon-permis")
    other = api.ticket()
    assert agent.open(COUNTER)["services"] == [SERVICE]
    assert agent.next(COUNTER)["number"] == other["number"]
    permits = {"services": ["laon-permis"]}
    refused(agent.ask("POST", "/counters/laon-g4/session", permits), 403, "service_not_allowed")
    refused(agent.ask("GET", f"/halls/{HALL}/visits?number=A001"), 403, "forbidden")


def test_the_console_offers_the_counters_that_one_may_take(api: ApiSite, helper: Caller):
    offered = '"reach": {' + ", ".join(f'"laon-poste-{n}": ["{ONLINE}"]' for n in range(1, 5)) + "}"
    assert offered in helper.page_of_hall()
    assert '"reach": null' in Caller(api, Grant("agent", HALL)).page_of_hall()
    nowhere = Caller(api, Grant("digital_helper", EVERY_SITE, ("vervins-g1",))).page_of_hall()
    assert "Aucun guichet ne vous est ouvert" in nowhere


@pytest.mark.both_databases
def test_a_socket_hears_the_queue_of_what_its_person_may_see(api: ApiSite, monkeypatch: pytest.MonkeyPatch):
    socketio = api.app.extensions["parvis"].socketio
    presence = api.app.extensions["parvis"].presence
    publisher = api.app.extensions["parvis"].publisher
    monkeypatch.setattr(publisher, "later", lambda _, work: work())
    api.database.subscribers.append(publisher.committed)
    sockets = {}
    for name, grant in (("agent", Grant("agent", HALL)), ("helper", HELPER)):
        sockets[name] = socketio.test_client(
            api.app,
            namespace=messages.AGENT,
            auth={"hall": HALL},
            flask_test_client=api.person_of(grant),
        )
    number = api.ticket()["number"]
    heard = {
        name: [
            each["args"][0]
            for each in socket.get_received(messages.AGENT)
            if each["name"] == messages.QUEUE_CHANGED
        ]
        for name, socket in sockets.items()
    }
    assert [number in str(each) for each in heard["agent"]] == [True]
    assert [(each["queues"], each["called"], each["is_partial"]) for each in heard["helper"]] == [
        ([], [], True)
    ]
    cut: list[str] = []
    void = VoidTokens(api.database, presence, lambda sid, _: cut.append(sid))
    void.cut_void()
    assert cut == []
    agent = next(each for each in read_people(api.database, None) if each.grants[0].role == "agent")
    limited = [Grant("agent", HALL, (COMPUTER,))]
    change_roles(api.database, SYSTEM, agent.account, limited, sites=None)
    void.cut_void()
    assert len(cut) == 1
    for socket in sockets.values():
        socket.disconnect(messages.AGENT)


# --- devices that come back together are read together --------------------------------------------


SCREENS = 5 * MANY_DEVICES


def test_devices_that_come_back_together_are_read_together(api: ApiSite, monkeypatch: pytest.MonkeyPatch):
    tokens = [new_token() for _ in range(SCREENS)]
    hall, now = api.database.hall_id(HALL), api.hands.now
    with api.database.installation_transaction(SYSTEM) as rows:
        for place, token in enumerate(tokens):
            new = {"kind": "screen", "hall": hall, "configured": "laon-ecran-1"}
            insert_device(rows, f"screen-{place}", digest=token_digest(token), now=now, **new)
    read = list[str]()

    def noted(rows: Any, token: str, now: Any) -> Any:
        read.append(token)
        return bearer_of_token(rows, token, now)

    monkeypatch.setattr("server.store.devices.paired_devices.bearer_of_token", noted)
    known = CallerCache(api.database)
    found = [known.of_token(token, is_loopback=True) for token in tokens]
    assert [each.author.id for each in found] == [f"screen-{place}" for place in range(SCREENS)]
    assert [each.digest for each in found] == [token_digest(token) for token in tokens]
    assert read == tokens[:MANY_DEVICES]


def test_a_device_that_another_process_revoked_is_unknown_after_the_next_look(api: ApiSite):
    known = CallerCache(api.database)
    parvis = api.app.extensions["parvis"]
    screen = parvis.socketio.test_client(api.app, namespace=messages.SCREEN, auth={"token": api.screen})
    assert screen.is_connected(messages.SCREEN)
    cut_void = VoidTokens(api.database, parvis.presence, lambda *_: None).cut_void
    cut_void()
    assert known.of_token(api.screen, is_loopback=True).configured == "laon-ecran-1"
    other = Database(api.database.url, Clock())
    revoke_device(other, SYSTEM, "laon-ecran-1")
    other.close()
    cut_void()
    with pytest.raises(Refusal, match="device_revoked"):
        known.of_token(api.screen, is_loopback=True)


# --- where signing in leads -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("roles", "wanted", "where"),
    [
        (("agent",), "/", "/console"),
        (("agent",), "/aide", "/aide"),
        (("agent", "reception"), "/", "/"),
        (("supervisor",), "/", "/"),
    ],
)
def test_signing_in_opens_the_counter_for_people_who_are_only_agents(
    api: ApiSite, roles: tuple[str, ...], wanted: str, where: str
):
    new = NewAccount("sam", PASSWORD, "Sam", [Grant(role, HALL) for role in roles])
    create_account(api.database, SYSTEM, new)
    browser = api.app.test_client()
    token = browser.get("/suivi").text.partition('name="csrf-token" content="')[2].partition('"')[0]
    form = {"login": "sam", "password": PASSWORD, "csrf_token": token, "next": wanted}
    assert browser.post("/connexion", data=form).headers["Location"] == where
