"""The API of a hall inside this process: a kiosk, a key, people signed in, and a clock a test sets."""

import copy
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from server.apart import close_all
from server.app import create_app
from server.domain.author import SYSTEM
from server.domain.people.roles import ROLES
from server.settings import Settings
from server.store.people.accounts import Grant
from server.store.transactions.database import Database
from server.usecases.configuration.publication import publish_hall
from server.usecases.devices.devices import pair_device
from server.usecases.notices.rounds import NEW_FOR
from server.usecases.people.accounts import NewAccount, create_account
from server.usecases.people.directory import NewKey, create_api_key
from server.usecases.people.sessions import begin_session
from server.web.access.cookies import SESSION_COOKIE, cookie_name
from tests.harness.described_answers import DescribedClient
from tests.harness.sql import all_rows, one_row
from tests.server.usecases.quality.figures_history import HALLS, Hands, database_with_hall

HALL, OTHER, SERVICE, COUNTER = "laon", "vervins", "laon-accueil", "laon-g1"
PASSWORD = "a password for tests only"


TUESDAY_AT_TEN = datetime(2026, 11, 24, 9, tzinfo=UTC)


def publish_both_halls(url: str) -> None:
    """Gives a database that has only tables the halls of an `ApiSite`."""
    database_with_hall(url, Hands(TUESDAY_AT_TEN), HALL, OTHER).close()


class ApiSite:
    """Laon and Vervins on a Tuesday at ten, open, nobody waiting.

    `has_halls`: the database was copied from one that has both halls already.
    """

    def __init__(
        self,
        url: str,
        folder: Path,
        *,
        voice: bool = False,
        settings: Mapping[str, str] | None = None,
        has_halls: bool = False,
    ) -> None:
        self.hands = Hands(TUESDAY_AT_TEN)
        if not has_halls:
            publish_both_halls(url)
        chosen = {"var": folder, "database_url": url, "voice": voice, "secret_key": "tests"}
        self.settings = Settings.model_validate({**chosen, **(settings or {})})
        self.app = create_app(self.settings, clock=self.hands.clock(), async_mode="threading")
        self.app.test_client_class = DescribedClient
        self.database: Database = self.app.extensions["parvis"].database
        self.database.subscribers.clear()
        self.kiosk = pair_device(self.database, SYSTEM, HALL, kind="kiosk", configured="laon-borne-1").token
        self.screen = pair_device(self.database, SYSTEM, HALL, kind="screen", configured="laon-ecran-1").token
        self.key = self.new_key("issue", "read", "call")
        self.sessions: dict[str, str] = {}

    def close(self) -> None:
        close_all()
        self.database.close()

    def new_key(self, *scopes: str, **more: Any) -> str:
        return create_api_key(self.database, SYSTEM, NewKey("tests", scopes, **more))[1]

    def call(self, verb: str, path: str, body: Any = None, *, token: str | None = "", **more: Any) -> Any:
        """An answer of the API; with the key of all scopes unless another token (None: none) is given.

        That key sends the counter sessions it has opened, unless the headers name another one.
        """
        headers = (self._held(verb, path) if token == "" else {}) | dict(more.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token or self.key}"
        if body is not None:
            more["data"], more["content_type"] = json.dumps(body), "application/json"
        answer = self.app.test_client().open(f"/api/v1{path}", method=verb, headers=headers, **more)
        if token == "" and path.endswith("/session") and answer.status_code == 201:
            told = answer.get_json()
            self.sessions.update(dict.fromkeys(told["places"], told["session"]))
        return answer

    def post(self, path: str, body: Any = None, **more: Any) -> TestResponse:
        found: TestResponse = self.call("POST", path, {} if body is None else body, **more)
        return found

    def get(self, path: str, **more: Any) -> TestResponse:
        found: TestResponse = self.call("GET", path, **more)
        return found

    def press(self, service: str = SERVICE, press_id: str | None = None, **more: Any) -> TestResponse:
        wanted = {"service": service, "press_id": press_id or str(uuid.uuid4()), "language": "fr"}
        return self.post(f"/halls/{HALL}/tickets", wanted, **more)

    def ticket(self, service: str = SERVICE) -> dict[str, Any]:
        return accepted(self.press(service), 201)

    def open(self, counter: str = COUNTER, **body: Any) -> str:
        return str(accepted(self.post(f"/counters/{counter}/session", body), 201)["session"])

    def next(self, current: str | None = None, *, counter: str = COUNTER, **more: Any) -> TestResponse:
        end = {"current_end": more.pop("end")} if "end" in more else {}
        return self.post(f"/counters/{counter}/next", {"current": current, **end}, **more)

    def verb(self, leg: str, verb: str, body: Any = None, **more: Any) -> TestResponse:
        return self.post(f"/legs/{leg}/{verb}", body, **more)

    def _held(self, verb: str, path: str) -> dict[str, str]:
        """The header of the session by which the key of all scopes does a verb; none to take a counter."""
        _, of, name, *rest = [*path.split("/"), "", ""]
        if verb == "GET" or (verb == "POST" and rest[0] == "session") or of not in ("counters", "legs"):
            return {}
        counter = name
        if of == "legs":
            found = all_rows(self.database, "SELECT counter FROM leg WHERE id = :leg", leg=name)
            counter = (found and found[0]["counter"]) or COUNTER
        return {"X-Counter-Session": self.sessions[counter]} if counter in self.sessions else {}

    def person(self, role: str, site: str = HALL) -> Any:
        """A browser of a signed-in person."""
        return self.person_of(Grant(role, site))

    def person_of(self, *grants: Grant) -> Any:
        """A browser of a signed-in person with these roles."""
        login = f"{grants[0].role}-{uuid.uuid4().hex[:8]}"
        assert all(grant.role in ROLES for grant in grants)
        new = NewAccount(login, PASSWORD, grants[0].role, list(grants))
        browser = self.app.test_client()
        token = begin_session(self.database, create_account(self.database, SYSTEM, new))
        browser.set_cookie(self.cookie(SESSION_COOKIE), token)
        return browser

    def cookie(self, name: str) -> str:
        """The name that browsers know a cookie of this site by."""
        return cookie_name(name, is_https=self.settings.is_https)

    def writer(self, role: str, site: str = HALL) -> tuple[Any, dict[str, str]]:
        """A signed-in browser and the header its writes carry."""
        browser = self.person(role, site)
        return browser, {"X-CSRFToken": csrf_of(browser)}

    def publish(self, **changes: Any) -> None:
        """Laon's document with some services changed: `{service: {key: value}}`."""
        self.publish_kiosks({}, **changes)

    def publish_kiosk(self, kiosk: str) -> None:
        """Laon's document with one more kiosk."""
        self.publish_kiosks({kiosk: []})

    def publish_kiosks(self, offered: Mapping[str, Sequence[str]], **changes: Any) -> None:
        """Laon's document with kiosks that offer services, its own and others; `changes` as in `publish`."""
        document = json.loads((HALLS / f"{HALL}.json").read_text(encoding="utf-8"))
        for service in document["services"]:
            change = changes.get(service["id"].replace("-", "_"), {})
            service.update(change)
            if change.get("is_retired"):
                for counter in document["counters"]:
                    counter["services"] = [each for each in counter["services"] if each != service["id"]]
        kiosks = {kiosk["id"]: kiosk for kiosk in document["kiosks"]}
        for kiosk, services in offered.items():
            kiosks[kiosk] = {"label": kiosk, **kiosks.get(kiosk, {"id": kiosk}), "services": services}
        document["kiosks"] = list(kiosks.values())
        publish_hall(self.database, SYSTEM, json.dumps(document))

    def count(self, sql: str, **values: Any) -> int:
        return int(one_row(self.database, f"SELECT count(*) AS n FROM {sql}", **values)["n"])


def csrf_of(browser: Any) -> str:
    """The token that the forms of a browser carry."""
    found: str = browser.get("/").text.partition('name="csrf-token" content="')[2].partition('"')[0]
    return found


def send_files(
    browser: Any, path: str, contents: Sequence[bytes], *, field: str = "photographs", **fields: str
) -> Any:
    """Sends a form with files as a browser writes it: the test client would leave files of its own open."""
    fields = {"csrf_token": csrf_of(browser), **fields}
    head = b'--x\r\nContent-Disposition: form-data; name="'
    parts = [head + f'{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    for number, content in enumerate(contents, 1):
        parts.append(head + f'{field}"; filename="photo-{number}.jpg"\r\n\r\n'.encode() + content)
    body = b"\r\n".join([*parts, b"--x--\r\n"])
    return browser.post(path, data=body, content_type="multipart/form-data; boundary=x")


def accepted(answer: TestResponse, status: int = 200) -> dict[str, Any]:
    """The body of an answer that has this status."""
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def refused(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """The problem document of an answer, which must be one: RFC 9457, a stable code, a French sentence."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.mimetype == "application/problem+json"
    found: dict[str, Any] = answer.get_json()
    assert found["code"] == code
    assert found["status"] == status
    assert found["type"].endswith(f":{code}")
    assert found["title"]
    assert found["detail"].endswith((".", "!", "?")), found["detail"]
    assert not found["detail"].startswith("refusal."), "a sentence, not the key of one"
    return found


TEXT = {
    "kind": "text",
    "titles": {"fr": "Ouvert à midi", "en": "Open at noon", "es": "Abierto a mediodía"},
    "bodies": {
        "fr": "<p>Le <b>mercredi</b><script>x()</script></p>",
        "en": "<p>Wednesdays</p>",
        "es": "<p>Sí</p>",
    },
    "category": "hours",
}


class Officers:
    """A bureau and a communication officer of Laon, and an officer of every site, signed in."""

    ROLES = {  # noqa: RUF012 -- a table
        "bureau": ("reception", HALL),
        "officer": ("communication", HALL),
        "everywhere": ("communication", "*"),
        "agent": ("agent", HALL),
    }

    def __init__(self, site: ApiSite) -> None:
        self.site = site
        self.signed_in: dict[str, Any] = {}

    def browser(self, who: str) -> Any:
        """Their browser and its CSRF header; they sign in when they are first needed."""
        if who not in self.signed_in:
            self.signed_in[who] = self.site.writer(*self.ROLES[who])
        return self.signed_in[who]

    def post(self, who: str, path: str, body: Any, method: str = "POST", **headers: str) -> Any:
        browser, csrf = self.browser(who)
        return browser.open(f"/api/v1{path}", method=method, json=body, headers={**csrf, **headers})

    def get(self, who: str, path: str) -> Any:
        return self.browser(who)[0].get(f"/api/v1{path}")

    def draft(self, content: dict[str, Any] = TEXT, who: str = "bureau") -> dict[str, Any]:
        return accepted(self.post(who, "/notices", {"content": content}), 201)

    def verb(self, who: str, notice: dict[str, Any], verb: str, **more: Any) -> Any:
        return self.post(who, f"/notices/{notice['notice']}/{verb}", {"version": notice["version"]} | more)

    def publish(self, content: dict[str, Any] = TEXT, who: str = "bureau", **shown: Any) -> dict[str, Any]:
        notice = self.draft(content, who)
        accepted(self.verb(who, notice, "submit"))
        accepted(self.verb("everywhere", notice, "approve"))
        return accepted(self.verb("everywhere", notice, "publish", **shown))

    def show(self, notice: str) -> list[dict[str, Any]]:
        """Publishes a draft (id), and gives its turns on the screen of Laon."""
        found = accepted(self.get("everywhere", f"/notices/{notice}"))
        for verb in ("submit", "approve", "publish"):
            accepted(self.verb("everywhere", found, verb))
        return items_of(self.screen(), notice)

    def screen(self, **query: str) -> dict[str, Any]:
        """The message for the screen of Laon; `token`: of another screen."""
        token = query.pop("token", self.site.screen)
        found: dict[str, Any] = accepted(self.site.get(f"/halls/{HALL}/screen", token=token))["programme"]
        return found


def items_of(programme: Mapping[str, Any], notice: str) -> list[dict[str, Any]]:
    """The turns of a notice, without those it has besides in the minutes in which it is new."""
    new_ms = NEW_FOR.total_seconds() * 1000
    found = [item for item in programme["items"] if item["notice"] == notice]
    return [
        item
        for item in found
        if item["windows"] is None or item["windows"][-1][1] - item["windows"][0][0] > new_ms
    ]


LAON: dict[str, Any] = json.loads((HALLS / f"{HALL}.json").read_text(encoding="utf-8"))
INSTALLATION: dict[str, Any] = json.loads((HALLS / "installation.json").read_text(encoding="utf-8"))


def laon(**changes: Any) -> dict[str, Any]:
    """Laon's document with keys changed."""
    return copy.deepcopy(LAON) | changes


class Editors:
    """People who configure, signed in when they are first needed."""

    ROLES = {  # noqa: RUF012 -- a table
        "ada": ("administrator", "*"),
        "eve": ("administrator", "*"),
        "chief": ("supervisor", HALL),
        "foreign": ("administrator", OTHER),
        "agent": ("agent", HALL),
    }

    def __init__(self, site: ApiSite) -> None:
        self.site = site
        self.signed_in: dict[str, Any] = {}

    def send(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        browser, csrf = self.browser(who)
        address = f"/api/v1/configuration{path}"
        return browser.open(address, method=method, json=body, headers={**csrf, **headers})

    def browser(self, who: str) -> Any:
        if who not in self.signed_in:
            self.signed_in[who] = self.site.writer(*self.ROLES[who])
        return self.signed_in[who]

    def read(self, who: str = "ada", path: str = f"/{HALL}") -> dict[str, Any]:
        return accepted(self.send(who, "GET", path))

    def save(self, who: str, content: Any, *, document: str = HALL, base: int = 1, **more: Any) -> Any:
        body = {"base_revision": base, "draft_version": None, "content": content} | more
        return self.send(who, "PUT", f"/{document}/draft", body)

    def publish(self, who: str, version: int, *, document: str = HALL, **headers: str) -> Any:
        return self.send(who, "POST", f"/{document}/publish", {"draft_version": version}, **headers)

    def published(self, content: Any, *, document: str = HALL, base: int = 1) -> int:
        """The revision that a content became."""
        version = accepted(self.save("ada", content, document=document, base=base))["version"]
        return int(accepted(self.publish("ada", version, document=document))["revision"])
