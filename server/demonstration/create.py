"""Create the demonstration: documents, devices, accounts of every role, an API key.

`var/demo.json` lists them.
"""

import json
import os
import secrets
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from random import Random
from typing import NotRequired, TypedDict

from hardware.simulator.outlets import free_port
from server.demonstration.notices import LOGO, make_library, make_notices
from server.domain.author import Author
from server.domain.people.roles import ROLES
from server.domain.refusals import Refusal
from server.domain.surveys.campaigns import Question, QuestionKind, StoredQuestion, SurveyRequest
from server.settings import Settings
from server.store import installation
from server.store.journal.chain import heads_of_halls
from server.store.people.accounts import EVERY_SITE, Grant, account_of_login
from server.store.transactions.database import Database
from server.usecases.configuration.publication import publish_hall, publish_installation
from server.usecases.devices.devices import pair_device
from server.usecases.people.accounts import Described, NewAccount, create_account, describe_account
from server.usecases.people.directory import NewKey, create_api_key
from server.usecases.surveys.answer_survey import AskedSurvey, GivenAnswers, answer_survey, asked_in
from server.usecases.surveys.open_survey import draft_survey, open_survey

SURVEY = Path(__file__).parent / "surveys.json"
DAYS = 28


class _Survey(TypedDict):
    """What the file says: `chosen`: values to draw from, by kind; `answers`: by hall."""

    title: str
    languages: list[str]
    channels: list[str]
    answers: dict[str, int]
    chosen: dict[str, list[str]]
    texts: list[str]
    questions: list[StoredQuestion]


def make_survey(database: Database) -> None:
    """Drafts and opens the survey, and gives the answers of its first days."""
    found: _Survey = json.loads(SURVEY.read_text(encoding="utf-8"))
    today = database.clock.now().date()
    request = SurveyRequest(
        title=found["title"],
        audience="visitors",
        halls=list(found["answers"]),
        opens_on=today.isoformat(),
        closes_on=(today + timedelta(days=DAYS - 1)).isoformat(),
        channels=found["channels"],
        languages=found["languages"],
        outside="",
        quotas={},
        questions=[
            Question("", each["kind"], each["texts"], each.get("choices", {})) for each in found["questions"]
        ],
    )
    survey = draft_survey(database, request, sites=None, hosts=(), form="")
    open_survey(database, survey, sites=None)
    chance, texts = Random(7), iter(found["texts"])
    for hall, count in found["answers"].items():
        channels = cycle(found["channels"])
        for _ in range(count):
            shown_survey = asked_in(database, survey, database.hall_id(hall), next(channels))
            answer_survey(database, shown_survey, _given(shown_survey, found, chance, texts))


def _given(shown_survey: AskedSurvey, found: _Survey, chance: Random, texts: Iterator[str]) -> GivenAnswers:
    typed = {
        each.id: chance.choice(found["chosen"][each.kind])
        for each in shown_survey.questions
        if each.kind != QuestionKind.TEXT
    }
    text = {each.id: next(texts, "") for each in shown_survey.questions if each.kind == QuestionKind.TEXT}
    return GivenAnswers(typed | text, chance.choice(found["languages"]), "")


class DemonstrationDevice(TypedDict):
    """A kiosk or screen: its id in the hall's document, its token, and the address that holds the token."""

    id: str
    token: str
    url: str
    agent: NotRequired[str]
    """The page of a kiosk with an agent, while it runs."""


class DemonstrationSite(TypedDict):
    """A site and its hall: `slug` and `name`, the hall's id, and the ids of its counters and services."""

    slug: str
    name: str
    hall: str
    kiosk: DemonstrationDevice
    screens: list[DemonstrationDevice]
    counters: list[str]
    services: list[str]


class DemonstrationUser(TypedDict):
    """An account with its password; `site` is a slug, or "*" for every site."""

    login: str
    password: str
    role: str
    site: str


class DemonstrationPrinter(TypedDict):
    """Where the printer of a kiosk (id) is simulated; port 0 for a kiosk without a printer."""

    kiosk: str
    host: str
    port: int


class Description(TypedDict):
    """The whole file; `api_key` is a token for programs of this machine."""

    base_url: str
    sites: list[DemonstrationSite]
    users: list[DemonstrationUser]
    api_key: str
    printers: list[DemonstrationPrinter]


HALLS = Path(__file__).parent / "halls"
SLUGS = ("laon", "saint-quentin", "soissons", "chateau-thierry", "vervins")
DEMONSTRATION = Author("demonstration")
EVERYWHERE = {
    "administrator": ("admin", "Admin"),
    "communication": ("communication_aisne", "Communication de l’Aisne"),
}
"""Roles held in every site: login and name of the person."""
WORDS = (
    "ardoise",
    "beffroi",
    "cerise",
    "dune",
    "etang",
    "fougere",
    "galet",
    "hetre",
    "ivoire",
    "jardin",
    "lilas",
    "marne",
    "noyer",
    "orme",
    "pivert",
    "ruisseau",
)

FIRST_NAMES = {
    "agent": "Camille",
    "reception": "Dominique",
    "digital_helper": "Maxime",
    "security": "Sacha",
    "supervisor": "Claude",
    "communication": "Morgan",
    "quality": "Alix",
    "administrator": "Charlie",
    "committee": "Lou",
}
"""First names of the people of Laon, by role."""

WITH_EMAIL = ("quality", "committee")
"""Roles whose people have an address: they can be chosen as recipients of reports."""


def demo_file(settings: Settings) -> Path:
    """The file that holds the demonstration's secrets."""
    return settings.var / "demo.json"


def is_demonstration(database: Database) -> bool:
    """Whether this database holds the demonstration."""
    with database.read() as rows:
        return installation.is_demonstration(rows)


def create_demonstration(database: Database, settings: Settings, *, has_survey: bool = True) -> Description:
    """Fills an empty, migrated database and writes `var/demo.json`, owner-readable.

    `has_survey`: with the survey, which is open from now on.

    Refusal: not_empty when halls exist already.
    """
    with database.read() as rows:
        if heads_of_halls(rows):
            raise Refusal("not_empty")
    with database.store.write() as rows:
        installation.mark_demonstration(rows)
    library = make_library(database, settings.var, DEMONSTRATION)
    publish_installation(database, DEMONSTRATION, _installation(library[LOGO]))
    sites = [_site(database, settings, slug) for slug in SLUGS]
    key = NewKey("demonstration", ("issue", "read", "call"), is_loopback_only=True)
    described: Description = {
        "base_url": settings.base_url,
        "sites": sites,
        "users": _users(database),
        "api_key": create_api_key(database, DEMONSTRATION, key)[1],
        "printers": [
            {"kiosk": site["kiosk"]["id"], "host": "127.0.0.1", "port": _port(database, site)}
            for site in sites
        ],
    }
    make_notices(
        database, library, _account(database, "reception"), _account(database, EVERYWHERE["communication"][0])
    )
    if has_survey:
        make_survey(database)
    write_demo_file(settings, described)
    return described


def _installation(logo: str) -> str:
    """The text of the installation's document, with a logo (id) from the library."""
    document = json.loads((HALLS / "installation.json").read_text(encoding="utf-8"))
    document["brand"]["logo"] = logo
    return json.dumps(document)


def _account(database: Database, login: str) -> Author:
    with database.read() as rows:
        found = account_of_login(rows, login)
    assert found is not None
    return database.pseudonyms.author_of(found.id)


def write_demo_file(settings: Settings, described: Description) -> None:
    """Writes `var/demo.json` so that only its owner reads it."""
    file = demo_file(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as writing:
        json.dump(described, writing, ensure_ascii=False, indent=2)


def at_base_url(settings: Settings, described: Description) -> Description:
    """The description with the addresses of the present settings."""
    old, new = described["base_url"], settings.base_url
    changed: Description = json.loads(json.dumps(described).replace(old, new))
    return changed


def _site(database: Database, settings: Settings, slug: str) -> DemonstrationSite:
    document = json.loads((HALLS / f"{slug}.json").read_text(encoding="utf-8"))
    for kiosk in document.get("kiosks", ()):
        if kiosk.get("printer") and kiosk["printer"].get("host") is None:
            kiosk["printer"]["port"] = free_port()
    publish_hall(database, DEMONSTRATION, json.dumps(document))
    configuration = database.configuration(slug)
    kiosk = next(iter(configuration.kiosks))
    return {
        "slug": configuration.site.slug,
        "name": configuration.name,
        "hall": database.hall_id(slug),
        "kiosk": _device(database, settings, slug, "kiosk", kiosk),
        "screens": [_device(database, settings, slug, "screen", screen) for screen in configuration.screens],
        "counters": list(configuration.counters),
        "services": list(configuration.services),
    }


def _device(
    database: Database, settings: Settings, hall: str, kind: str, configured: str
) -> DemonstrationDevice:
    token = pair_device(database, DEMONSTRATION, hall, kind=kind, configured=configured).token
    return {"id": configured, "token": token, "url": f"{settings.base_url}/{kind}#t={token}"}


def _users(database: Database) -> list[DemonstrationUser]:
    grants = [(role, "laon") for role in ROLES] + [(role, EVERY_SITE) for role in EVERYWHERE]
    users: list[DemonstrationUser] = []
    for role, site in grants:
        login, display_name = EVERYWHERE[role] if site == EVERY_SITE else (role, FIRST_NAMES[role])
        password = "-".join(secrets.SystemRandom().sample(WORDS, 4))
        account = create_account(
            database, DEMONSTRATION, NewAccount(login, password, display_name, [Grant(role, site)])
        )
        if role in WITH_EMAIL:
            described = Described(login, display_name, f"{display_name.lower()}@prefecture-aisne.example")
            describe_account(database, DEMONSTRATION, account, described, sites=None)
        users.append({"login": login, "password": password, "role": role, "site": site})
    return users


def _port(database: Database, site: DemonstrationSite) -> int:
    printer = database.configuration(site["slug"]).kiosks[site["kiosk"]["id"]].printer
    return printer.port if printer is not None else 0
