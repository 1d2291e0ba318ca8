"""Bulletins that wait at Laon: a calm one, a grave one, one that was refused."""

import json
from datetime import timedelta

from server.clock import Clock
from server.domain.author import SYSTEM
from server.domain.bulletins.messages import read_cap
from server.store.transactions.database import Database
from server.usecases.bulletins.received_bulletins import receive_bulletin
from server.usecases.configuration.publication import publish_installation
from tests.harness.servers.served import Served
from tests.server.domain.bulletins.written_bulletins import cap_xml, info_xml
from tests.server.usecases.quality.figures_history import HALLS


def announce(server: Served) -> None:
    """Puts the bulletins into the database of a server that is not running."""
    database = Database(server.database_url, Clock())
    content = json.loads((HALLS / "installation.json").read_text(encoding="utf-8"))
    for site in content["sites"]:
        site["has_public_page"] = True
        site["complaints"] = {"has_register": True}
        site["bulletins"] = {"codes": [{"scheme": "INSEE", "code": "02408"}]}
    publish_installation(database, SYSTEM, json.dumps(content))
    now = database.clock.now()
    sent, expires = (
        now.isoformat(timespec="seconds"),
        (now + timedelta(hours=6)).isoformat(timespec="seconds"),
    )
    for identifier, severity, language in (
        ("grave", "Severe", "fr-FR"),
        ("calm", "Minor", "fr-FR"),
        ("foreign", "Severe", "nl-BE"),
    ):
        infos = info_xml(severity=severity, language=language, expires=expires)
        receive_bulletin(database, "laon", read_cap(cap_xml(identifier, sent=sent, infos=infos)))
    database.close()
