"""Administrators and a supervisor who change configuration documents over the API, in tests."""

import copy
import json
from typing import Any

from tests.server.usecases.quality.figures_history import HALLS
from tests.server.web.api_site import HALL, OTHER, ApiSite, accepted

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
