"""People who write notices or change configuration documents over the API, in tests."""

import copy
import json
from collections.abc import Mapping
from typing import Any

from server.usecases.notices.rounds import NEW_FOR
from tests.server.usecases.quality.figures_history import HALLS
from tests.server.web.api_site import HALL, OTHER, ApiSite, accepted

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
