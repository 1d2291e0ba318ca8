"""Laon with its register of suggestions and complaints open, for tests."""

import json

from server.domain.author import SYSTEM
from server.store.transactions.database import Database
from server.usecases.configuration.publication import publish_installation
from tests.server.usecases.quality.figures_history import HALLS


def open_register_of(database: Database, site: str = "laon", **rules: object) -> None:
    """Publishes the installation with the register of a site open, and its public page on."""
    content = json.loads((HALLS / "installation.json").read_text(encoding="utf-8"))
    for each in content["sites"]:
        if each["slug"] == site:
            each["has_public_page"] = True
            each["complaints"] = {"has_register": True, **rules}
    publish_installation(database, SYSTEM, json.dumps(content))
