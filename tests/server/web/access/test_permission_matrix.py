"""Every route and socket room × every role, device and key, of Laon and of Vervins: who is allowed.

Each route names what it requires (`server.web.access.requirements`). Here each is really requested for Laon.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from server.domain.author import SYSTEM
from server.domain.hall.configuration import REACHING
from server.domain.people.roles import DEVICE_KINDS, ROLES, SCOPES, Permission
from server.live import messages
from server.live.namespaces import FURTHER_ROOMS, REQUIRED
from server.store.people.accounts import Grant
from server.store.tables.columns import metadata
from server.usecases.devices.devices import pair_device
from server.usecases.people.accounts import NewAccount, create_account
from server.usecases.people.sessions import begin_session
from server.web.access.cookies import SESSION_COOKIE
from server.web.access.requirements import Access, PageRoutes, Required
from server.web.api.openapi import ApiRoutes
from server.web.pages.people.accounts import GROUPS
from tests.harness.sql import all_rows
from tests.server.web.access.permission_requests import BRING_A_SECRET, BY_BODY, RouteRequest, requests_of
from tests.server.web.api_site import COUNTER, HALL, OTHER, PASSWORD, ApiSite, csrf_of

# --- everybody who may call, with what each may do at Laon ----------------------------------------


NOTHING: frozenset[Permission] = frozenset()


@dataclass(frozen=True)
class Calling:
    """One caller. `here`: its permissions at Laon; `somewhere`: at the site it belongs to.

    `has_counter`: whether it may call at the counter of the requests, and for the visits that they name.
    """

    name: str
    kind: str
    browser: Any
    here: frozenset[Permission] = NOTHING
    somewhere: frozenset[Permission] = NOTHING
    headers: dict[str, str] = field(default_factory=dict)
    token: str | None = None
    has_counter: bool = True

    def may(self, required: Required, *, is_of_counter: bool = False) -> bool:
        """Whether the requirement of a route lets this caller in, about Laon or its counter."""
        if required.access in (Access.EVERYBODY, Access.TICKET):
            return True
        if self.kind not in required.kinds:
            return False
        if required.access is not None:
            return True
        held = self.somewhere if required.is_anywhere else self.here
        if is_of_counter and not self.has_counter:
            held -= REACHING
        return bool(required.permissions & held)

    def open(self, method: str, path: str, **request: Any) -> Any:
        return self.browser.open(path, method=method, headers=self.headers, buffered=True, **request)


def everybody(site: ApiSite) -> Iterator[Calling]:
    """Each kind of device, each scope and each role, of Laon and of Vervins; and nobody."""
    for hall in (HALL, OTHER):
        yield from _devices(site, hall)
        for scope, permissions in SCOPES.items():
            token = site.new_key(scope, halls=(hall,))
            here = permissions if hall == HALL else NOTHING
            yield _bearer(site, f"key {scope} of {hall}", "key", token, here, permissions)
        for role, permissions in ROLES.items():
            browser, headers = site.writer(role, hall)
            here = permissions if hall == HALL else NOTHING
            yield Calling(
                f"{role} of {hall}",
                "person",
                browser,
                here,
                permissions,
                headers,
                has_counter=role != "digital_helper",
            )
    yield from _limited(site)
    browser = site.app.test_client()  # once an account exists: before, every page leads to the installation
    yield Calling("nobody", "nobody", browser, headers={"X-CSRFToken": csrf_of(browser)})


def _limited(site: ApiSite) -> Iterator[Calling]:
    """A volunteer who was given the counter of the requests, and an agent who was given another one."""
    for role, counter in (("digital_helper", COUNTER), ("agent", "laon-g2")):
        grant = Grant(role, HALL, (counter,))
        browser = site.person_of(grant)
        headers = {"X-CSRFToken": csrf_of(browser)}
        here = ROLES[role] - {Permission.RECEIVE}
        name, has_counter = f"{role} at {counter}", counter == COUNTER
        yield Calling(name, "person", browser, here, here, headers, has_counter=has_counter)


def _devices(site: ApiSite, hall: str) -> Iterator[Calling]:
    for kind, configured in (("kiosk", f"{hall}-borne-1"), ("screen", f"{hall}-ecran-1")):
        known = getattr(site, kind) if hall == HALL else None
        token = known or pair_device(site.database, SYSTEM, hall, kind=kind, configured=configured).token
        permissions = DEVICE_KINDS[kind]
        here = permissions if hall == HALL else NOTHING
        yield _bearer(site, f"{kind} of {hall}", "device", token, here, permissions)


def _bearer(
    site: ApiSite,
    name: str,
    kind: str,
    token: str,
    here: frozenset[Permission],
    somewhere: frozenset[Permission],
) -> Calling:
    headers = {"Authorization": f"Bearer {token}"}
    return Calling(name, kind, site.app.test_client(), here, somewhere, headers, token)


# --- routes ---------------------------------------------------------------------------------------


PROVIDER = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": "a", "oidc_client_secret": "b"}
"""So that the routes of a provider are there; nothing listens."""


DRAWN = {
    "/affichage/affluence.pdf",
    "/conservation/registre.pdf",
    "/qualite/et-si/semaine.pdf",
    "/api/v1/notices/<notice>/displays.pdf",
    "/rapports/<report>/page.pdf",
    "/rapports/<report>/dossier",
}
"""A third of a second each: of those who may, the first is let in."""
NOT_LET_IN = (400, 401, 403, 500)


@pytest.fixture(scope="module")
def site(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiSite]:
    folder = tmp_path_factory.mktemp("matrix")
    (folder / "parvis.db").write_bytes(migrated_sqlite.read_bytes())
    found = ApiSite(f"sqlite:///{folder / 'parvis.db'}", folder, settings=PROVIDER)
    yield found
    found.close()


@pytest.fixture(scope="module")
def requests(site: ApiSite) -> list[RouteRequest]:
    return requests_of(site)


@pytest.fixture(scope="module")
def declared(requests: list[RouteRequest]) -> list[RouteRequest]:
    """Requests whose route declares a requirement; the others have their own test."""
    return [each for each in requests if each.required is not None]


@pytest.fixture(scope="module")
def callers(site: ApiSite) -> list[Calling]:
    return list(everybody(site))


def required_by(request: RouteRequest) -> Required:
    """What this very request needs."""
    assert request.required is not None
    narrower = BY_BODY.get((request.method, request.rule))
    if narrower is None:
        return request.required
    assert narrower in request.required.permissions
    return Required(frozenset({narrower}), request.required.kinds, request.required.is_anywhere)


def may_of_laon(caller: Calling, request: RouteRequest) -> bool:
    """Whether the object in the address, not only the route, lets this caller do it."""
    required = required_by(request)
    if request.names_object:
        required = replace(required, is_anywhere=False)
    return caller.may(required, is_of_counter=request.is_of_counter)


def let_in(request: RouteRequest, callers: list[Calling]) -> list[Calling]:
    """Every caller who may; one of each kind where no permission is needed, one where a PDF is drawn."""
    allowed = [caller for caller in callers if may_of_laon(caller, request)]
    if request.rule in DRAWN:
        return allowed[:1]
    return (
        allowed if required_by(request).permissions else list({each.kind: each for each in allowed}.values())
    )


def was_refused(request: RouteRequest, answer: Any) -> bool:
    """Whether the caller was kept out: 401 or 403; a page leads to the sign-in, or knows no such hall."""
    if request.is_api:
        return answer.status_code in (401, 403)
    is_led_away = answer.status_code in (302, 303) and answer.location.startswith("/connexion?next=")
    return is_led_away or answer.status_code in (403, 404)


def is_out(request: RouteRequest, answer: Any) -> bool:
    """Whether an allowed caller was refused; a page may also redirect, or know no such hall."""
    is_page = not request.is_api and request.is_there
    return answer.status_code in NOT_LET_IN or (is_page and was_refused(request, answer))


def test_every_route_says_what_it_requires(requests: list[RouteRequest]):
    assert [f"{each.method} {each.rule}" for each in requests if each.required is None] == []


def test_a_route_that_does_not_say_who_may_come_is_not_added():
    with pytest.raises(ValueError, match="says who may come"):
        PageRoutes("pages", __name__).get("/page")
    with pytest.raises(ValueError, match="says who may come"):
        ApiRoutes("api").post("/rows")


def test_every_caller_without_the_permission_is_refused_and_changes_nothing(
    site: ApiSite, declared: list[RouteRequest], callers: list[Calling]
):
    facts = site.count("hall_fact"), site.count("installation_fact")
    let_in = [
        f"{caller.name}: {request.method} {request.rule} → {answer.status_code}"
        for request in declared
        for caller in callers
        if not caller.may(required_by(request), is_of_counter=request.is_of_counter)
        if not was_refused(request, answer := caller.open(request.method, request.path, **request.sent()))
    ]
    assert not let_in, "\n".join(let_in)
    assert (site.count("hall_fact"), site.count("installation_fact")) == facts


def test_a_caller_with_a_role_elsewhere_changes_nothing_of_laon(
    site: ApiSite, declared: list[RouteRequest], callers: list[Calling]
):
    facts = site.count("hall_fact"), site.count("installation_fact")
    answers = {
        f"{caller.name}: {request.method} {request.rule}": caller.open(
            request.method, request.path, **request.sent()
        )
        for request in declared
        for caller in callers
        if request.method != "GET" and caller.may(required_by(request)) and not may_of_laon(caller, request)
        if not request.rule.startswith("/api/v1/notices/drafts")  # of nobody but the caller
    }
    for thing in (
        "/personnes/<account>/",
        "/notices/<notice>/",
        "/rapports/<report>/",
        "/enquetes/<survey>/",
    ):
        assert [each for each in answers if thing in each], thing
    assert {said: each.status_code for said, each in answers.items() if each.status_code < 400} == {}
    assert (site.count("hall_fact"), site.count("installation_fact")) == facts


# --- sockets -------------------------------------------------------------------------------------


def rooms_joined(site: ApiSite, caller: Calling, namespace: str, **auth: Any) -> set[str]:
    """The rooms a caller is in after it has connected; none when it was refused."""
    socketio = site.app.extensions["parvis"].socketio
    told = {"hall": HALL} | ({"token": caller.token} if caller.token else {}) | auth
    client = socketio.test_client(site.app, namespace=namespace, auth=told, flask_test_client=caller.browser)
    if not client.is_connected(namespace):
        return set()
    sid = socketio.server.manager.sid_from_eio_sid(client.eio_sid, namespace)
    rooms = set(socketio.server.rooms(sid, namespace=namespace)) - {sid}
    client.disconnect(namespace)
    return rooms


def test_a_socket_joins_the_rooms_of_a_hall_by_permission_alone(site: ApiSite, callers: list[Calling]):
    hall = site.database.hall_id(HALL)
    assert {*REQUIRED, messages.VISITOR} == set(messages.NAMESPACES)
    request: list[tuple[str, dict[str, bool], str, set[Permission]]] = [
        (namespace, {}, messages.hall_room(hall), {permission}) for namespace, permission in REQUIRED.items()
    ]
    request += [
        (messages.AGENT, {name: True}, room(hall), {REQUIRED[messages.AGENT], permission})
        for name, (permission, room) in FURTHER_ROOMS.items()
    ]
    wrong = [
        f"{caller.name}: {namespace} {auth} → {rooms}"
        for caller in callers
        for namespace, auth, room, needed in request
        if (room in (rooms := rooms_joined(site, caller, namespace, **auth))) is not (needed <= caller.here)
    ]
    assert not wrong, "\n".join(wrong)


def test_a_visitor_follows_by_the_ticket_alone(site: ApiSite, callers: list[Calling]):
    ticket = site.ticket()
    own = messages.visit_room(ticket["visit"], "fr")
    for caller in callers:
        assert own in rooms_joined(site, caller, messages.VISITOR, ticket=ticket["token"])
        assert rooms_joined(site, caller, messages.VISITOR, ticket="x" * 22) == set()


# --- the page of roles ---------------------------------------------------------------------------


def test_the_page_of_roles_says_every_permission_in_words(callers: list[Calling]):
    assert sorted(each for group in GROUPS.values() for each in group) == sorted(Permission)
    agent = next(caller for caller in callers if caller.name == f"agent of {HALL}")
    page = agent.open("GET", "/droits").text
    assert "rights.permission" not in page
    assert "server.role." not in page
    row = page.partition("Tenir un guichet")[2].partition("</tr>")[0]
    said = [cell.partition("</td>")[0] for cell in row.split("<td>")[1:]]
    assert [("oui" in cell) for cell in said] == [Permission.CALL in each for each in ROLES.values()]


# --- two roles of one person ---------------------------------------------------------------------


def test_two_roles_of_a_person_add_up_at_one_site_and_reach_no_further(site: ApiSite):
    grants = [Grant("agent", HALL), Grant("communication", HALL), Grant("committee", OTHER)]
    account = create_account(site.database, SYSTEM, NewAccount("two-roles", PASSWORD, "Deux rôles", grants))
    browser = site.app.test_client()
    browser.set_cookie(SESSION_COOKIE, begin_session(site.database, account))
    answers = {
        path: browser.get(path).status_code
        for path in (
            f"/console?hall={HALL}",
            "/affichage",
            f"/qualite?hall={OTHER}",
            f"/console?hall={OTHER}",
            f"/qualite?hall={HALL}",
            f"/mur?hall={HALL}",
        )
    }
    assert list(answers.values()) == [200, 200, 200, 404, 404, 403], answers
    home = browser.get("/").text
    assert f"/console?hall={HALL}" in home
    assert f"/console?hall={OTHER}" not in home
    assert f"/qualite?hall={HALL}" not in home


# --- last, since it stops services, cancels and ends what is there -------------------------------


def test_every_caller_with_the_permission_is_let_in(declared: list[RouteRequest], callers: list[Calling]):
    kept_out = []
    for request in declared:
        for caller in let_in(request, callers):
            answer = caller.open(request.method, request.path, **request.sent())
            if request.rule not in BRING_A_SECRET and is_out(request, answer):
                said = answer.location or answer.text[-160:]
                kept_out.append(
                    f"{caller.name}: {request.method} {request.path} → {answer.status_code} {said}"
                )
    assert not kept_out, "\n".join(kept_out)


OF_ACCOUNTS = {
    "account",
    "account_pseudonym",
    "identity",
    "invitation",
    "notice_draft",
    "rights_salt",
    "role_grant",
    "sign_in",
}


def test_after_all_of_this_no_fact_and_no_row_of_work_says_which_account_it_was(site: ApiSite):
    accounts = {row["id"] for row in all_rows(site.database, "SELECT id FROM account")}
    named = set()
    for table in metadata.tables.values():
        for row in all_rows(site.database, f"SELECT * FROM {table.name}"):
            columns = {column for column, value in row.items() if contains(value, accounts)}
            if table.name == "installation_fact" and row["author"] in accounts:
                assert json.loads(row["body"])["account"] == row["author"], "about their own account"
                columns.discard("author")
            named |= {table.name, *(f"{table.name}.{column}" for column in columns)} if columns else set()
    of_accounts = {each for each in named if each.split(".")[0] in OF_ACCOUNTS}
    assert named - of_accounts <= {"installation_fact", "installation_fact.body"}
    assert "account_pseudonym.account" in of_accounts


def contains(value: object, ids: set[str]) -> bool:
    return isinstance(value, str) and any(each in value for each in ids)
