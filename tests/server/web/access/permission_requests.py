"""One request about Laon for every route: addresses of existing things, bodies from the API's description."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from werkzeug.routing import IntegerConverter, Rule

from server.domain.author import SYSTEM, Author
from server.domain.complaints import PUBLIC_CHANNELS, EntryRequest
from server.domain.hall_checks import CRITERIA, CheckKind, CheckRequest, Finding
from server.domain.people.roles import Permission
from server.domain.quality.periods import parse_period
from server.domain.quality.targets import TargetRequest
from server.domain.quality.typed_figures import TypedFigureRequest
from server.domain.reports.committee import DecisionRequest, MeetingRequest, MemberRequest
from server.domain.surveys.campaigns import Channel, Question, QuestionKind, SurveyRequest
from server.store.people.accounts import Grant
from server.store.photographs import PROOFS, insert_photograph
from server.usecases.complaints.entries import add_entry
from server.usecases.configuration.publication import publish_installation
from server.usecases.devices.devices import pair_device
from server.usecases.hall.absences import AbsenceRequest, plan_absence
from server.usecases.hall_checks import add_check
from server.usecases.incidents.course import Reach, raise_incident
from server.usecases.people.accounts import NewAccount, create_account
from server.usecases.quality.targets import decide_target
from server.usecases.reports.committee import (
    add_decision,
    add_member,
    attach_minutes,
    plan_meeting,
)
from server.usecases.reports.reports import approve_report, begin_report, freeze_report
from server.usecases.surveys.open_survey import draft_survey, open_survey
from server.usecases.typed_figures import type_figures
from server.web.access.requirements import Required, required_of
from server.web.access.site_context import AUTHORITY_PATH, POLICY_PATH
from tests.harness.sql import one_row
from tests.server.usecases.alarms.faulty_hall import FaultyHall
from tests.server.usecases.quality.figures_history import HALLS, open_register_of
from tests.server.web.api_site import COUNTER, HALL, PASSWORD, SERVICE, TEXT, ApiSite, Officers, accepted

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
LEFT_OUT = {("POST", "/deconnexion"): "it ends the session of whoever walks"}

LIFE = {"incarnation": "one-life-of-an-agent", "now": "2026-11-24T09:00:00Z"}
OFF_LINE = {
    "press_id": "a-press-off-line",
    "service": SERVICE,
    "number": "HL001",
    "rank": 1,
    "pressed_at": "2026-11-24T09:00:00Z",
    "age_s": 0,
}
TYPED = {"indicator": "calls_lost", "period": "2026-09", "value": 3, "source": "Standard"}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/api/v1/halls/<hall>/typed-figures"): {"figures": [TYPED]},
    ("POST", "/api/v1/counters/<counter>/reentered"): {
        "calls": [{"number": "A999", "called_at": "2026-11-24T09:00:00Z"}]
    },
    ("PATCH", "/api/v1/counters/<counter>/session"): {"pause": {"reason": "pause"}},
    ("PATCH", "/api/v1/halls/<hall>/appointments/<appointment>"): {"service": SERVICE},
    ("POST", "/api/v1/halls/<hall>/appointments/import"): {"csv": "external_id\n"},
    ("POST", "/api/v1/appointments/check-in"): {"hall": HALL, "code": "AAAA"},
    ("POST", "/api/v1/tickets/<visit>/link"): {"number": "A999"},
    ("POST", "/api/v1/tickets/<token>/away"): {"minutes": 5},
    ("POST", "/api/v1/tickets/<token>/reminders"): {"number": "0612345678"},
    ("POST", "/api/v1/alerts/<alert>/ask-end"): {"halls": [HALL]},
    ("POST", "/api/v1/alerts/<alert>/end"): {"halls": [HALL]},
    ("POST", "/api/v1/alerts/<alert>/take-back"): {"halls": [HALL]},
    ("POST", "/api/v1/halls/<hall>/messages"): {"phrase": "help"},
    ("POST", "/api/v1/legs/<leg>/transfer"): {"service": SERVICE},
    ("POST", "/api/v1/devices/pairings"): {"kind": "screen", "id": "laon-ecran-2"},
    ("PUT", "/api/v1/configuration/<document>/draft"): {"content": {}},
    ("PUT", "/api/v1/kiosks/<kiosk>/agent"): LIFE | {"program": "0.1.0"},
    ("POST", "/api/v1/kiosks/<kiosk>/presses"): LIFE | {"presses": [OFF_LINE]},
}
"""What the description does not ask for, but the route."""
QUERIES = {"/api/v1/halls/<hall>/visits": ["number=A001"]}
"""The same, of addresses."""

BY_BODY: dict[tuple[str, str], Permission] = {
    ("PATCH", "/api/v1/counters/<counter>/session"): Permission.CALL,
    ("POST", "/api/v1/halls/<hall>/greetings"): Permission.ISSUE,
    ("POST", "/api/v1/halls/<hall>/messages"): Permission.ASK_HELP,
    ("POST", "/api/v1/messages/<message>/seen"): Permission.CALL,
}
"""Of the permissions of a route, the one that these very requests need."""

TODAY = date(2026, 11, 24)
TARGET = TargetRequest(SERVICE, 480, 80, TODAY, TODAY, "Comité local des usagers")
BRING_A_SECRET = {
    *("/device/me", "/device/session", "/connexion", "/connexion/fournisseur/retour"),
    *("/compte/mot-de-passe", "/invitation", "/device/renewal"),
    *(f"/impression/{kind}/<hall>/<printer>" for kind in ("star", "epson", "gateway")),
    *("/installation/session", "/installation/administrateur"),
}
"""Open to who brings a device's cookie, a password, a link or a provider's answer: here nobody does."""


@dataclass(frozen=True)
class RouteRequest:
    """A request, and the declared requirement of its route (None: nothing)."""

    method: str
    rule: str
    path: str
    required: Required | None
    body: Any = None

    @property
    def is_api(self) -> bool:
        return self.rule.startswith(("/api/", "/audio/", "/media/", "/device/"))

    @property
    def is_there(self) -> bool:
        """Whether the requested thing exists: not files of any name, nor addresses to draw as a code.

        The notice is a draft, which no public page shows; public pages of a hall and registers are off,
        and so is the local network.
        """
        data = (f"/infos/<hall>/donnees{ending}" for ending in ("", ".<any(json, csv):kind>"))
        absent = (
            "/dire/<hall>",
            "/dire/<hall>/suivi",
            "/kiosk/qr.svg",
            "/porte/<hall>",
            AUTHORITY_PATH,
            POLICY_PATH,
            "/infos/<hall>/<notice>",
            "/infos/<hall>/venir",
            *data,
        )
        return "/nothing" not in self.path and self.rule not in absent

    @property
    def names_object(self) -> bool:
        """Whether it is about a thing of Laon: a notice, an account."""
        return "<" in self.rule and self.is_there

    @property
    def is_of_counter(self) -> bool:
        """Whether it is about the counter of these requests, or a visit that is served there."""
        of_visit = ("/tickets/<visit>/history", "/tickets/<visit>/link", "/tickets/<visit>/unlink")
        return "<counter>" in self.rule or self.rule.endswith((*of_visit, "/messages/<message>/seen"))

    def sent(self) -> dict[str, Any]:
        if self.body is None:
            return {}
        return {"data": json.dumps(self.body), "content_type": "application/json"}


def requests_of(site: ApiSite) -> list[RouteRequest]:
    """One for each method of each rule of the app."""
    known = _objects(site)
    description = site.app.test_client().get("/api/v1/openapi.json").get_json()
    found = []
    for rule in sorted(site.app.url_map.iter_rules(), key=str):
        built = rule.build({name: _argument(rule, name, known) for name in rule.arguments})
        assert built is not None, rule
        operations = description["paths"].get(rule.rule.replace("<", "{").replace(">", "}"), {})
        for method in sorted((rule.methods or set()) & set(METHODS)):
            if (method, str(rule)) not in LEFT_OUT:
                asked = _Described(description, known).request(method, str(rule), operations)
                required = required_of(site.app, rule.endpoint)
                found.append(RouteRequest(method, str(rule), f"{built[1]}?{asked[0]}", required, asked[1]))
    return found


def _argument(rule: Rule, name: str, known: dict[str, Any]) -> Any:
    converter = rule._converters[name]
    choices = getattr(converter, "items", None)
    return (
        min(choices)
        if choices
        else known.get(name, 1 if isinstance(converter, IntegerConverter) else "nothing")
    )


def _objects(site: ApiSite) -> dict[str, Any]:
    """Values for addresses and bodies: existing things of Laon, and words."""
    ticket = site.ticket()
    leg = one_row(site.database, "SELECT id FROM leg WHERE visit = :visit", visit=ticket["visit"])
    device = pair_device(site.database, SYSTEM, HALL, kind="screen", configured="laon-ecran-2")
    browser, headers = site.writer("reception")
    message = accepted(
        browser.post(
            f"/api/v1/halls/{HALL}/messages",
            json={"counter": COUNTER, "text": "Un instant"},
            headers=headers,
        ),
        201,
    )
    drill = {"halls": [HALL], "kind": "medical", "press_id": "a-drill-of-tests", "drill": True}
    alert = accepted(site.post("/alerts", drill, token=site.new_key("alert")), 201)
    faulty = FaultyHall(site.database, site.hands, printer="paper_out")
    faulty.look()
    someone = NewAccount("somebody", PASSWORD, "Quelqu’un de Laon", [Grant("agent", HALL)])
    committee = _committee(site)
    return {
        **committee,
        "account": create_account(site.database, SYSTEM, someone),
        "notice": Officers(site).draft(TEXT | {"targets": {"sites": [HALL]}}, "officer")["notice"],
        "recipient": faulty.tells("garde@laon.example", "email", HALL),
        "alarm": faulty.read()["alarms"][0]["alarm"],
        "alert": alert["alert"],
        "incident": _incident(site),
        "hall": HALL,
        "site": HALL,
        "halls": [HALL],
        "document": HALL,
        "revision": 1,
        "base_revision": 1,
        "draft_version": 1,
        "draft": "a-draft-of-tests",
        "page": "a-page-of-tests",
        "edition": 0,
        "counter": COUNTER,
        "service": SERVICE,
        "leg": leg["id"],
        "visit": ticket["visit"],
        "token": ticket["token"],
        "channel": "sms",
        "message": message["message"],
        "screen": "laon-ecran-1",
        "kiosk": "laon-borne-1",
        "device": device.id,
        "queue": SERVICE,
        "from": "2026-11-23",
        "to": "2026-11-24",
        "at": "2026-11-24T08:30:00Z",
        "began_at": "2026-11-24T08:30:00Z",
        "ended_at": "2026-11-24T08:31:00Z",
        "booked_at": "2026-11-24T15:00:00+01:00",
        "applies_from_on": "2026-11-24",
        "decided_on": "2026-11-24",
        "from_on": "2026-11-24",
        "target": decide_target(site.database, HALL, SYSTEM, TARGET)["target"],
        "press_id": "a-press-of-tests",
        "report": _approved_report(site),
        **_survey(site),
        "entry": _entry_of_the_register(site),
        **_check_of_the_hall(site),
        "reason": "mistake",
        "content": {"kind": "text"},
        "visits": ticket["visit"],
        "figure": _typed_figure(site),
        "password": PASSWORD,
        "absence": plan_absence(site.database, HALL, SYSTEM, AbsenceRequest(COUNTER, 60, 120, [0]))[
            "absence"
        ],
        "starts_min": 720,
        "ends_min": 780,
    }


def _typed_figure(site: ApiSite) -> str:
    """A typed figure of Laon."""
    figure = TypedFigureRequest("letters_delay", parse_period("2026-09"), Decimal(7), "Courrier")
    return type_figures(site.database, HALL, SYSTEM, [figure])["figures"][0]


def _survey(site: ApiSite) -> dict[str, str]:
    """An open survey of Laon with the code of its link."""
    questions = [Question("", QuestionKind.SMILEY, {"fr": text}, {}) for text in ("Un", "Deux", "Trois")]
    typed = SurveyRequest(
        *("Mars", "visitors", [HALL], "2026-11-23", "2026-12-20", list(Channel), [], "", {}, questions)
    )
    survey = draft_survey(site.database, typed, sites=None, hosts=(), form="")
    open_survey(site.database, survey, sites=None)
    found = {
        channel: one_row(site.database, f"SELECT code FROM survey_address WHERE channel = '{channel}'")[
            "code"
        ]
        for channel in (Channel.LINK, Channel.KIOSK)
    }
    return {"survey": survey, "code": found[Channel.LINK], "exit_kiosk": found[Channel.KIOSK]}


def _incident(site: ApiSite) -> str:
    """An incident at a counter of Laon that nobody answered."""
    reach = Reach(is_here=True, is_anywhere=True)
    return raise_incident(site.database, HALL, SYSTEM, COUNTER, reach=reach)["incident"]


def _committee(site: ApiSite) -> dict[str, str]:
    """A member, a meeting of today, a decision and minutes of the committee of Laon."""
    place, day = site.database.configuration(HALL).site, site.hands.now.date().isoformat()
    member = add_member(site.database, place, MemberRequest("Usagers", ""), form="")
    meeting = plan_meeting(site.database, place, MeetingRequest(day, "", "Attente"), form="")
    decision = add_decision(site.database, place, meeting, DecisionRequest("Sièges", "", "", ""), form="")
    attach_minutes(site.database, place, meeting, b"%PDF-1.7")
    return {"member": member, "meeting": meeting, "decision": decision}


def _check_of_the_hall(site: ApiSite) -> dict[str, str]:
    """A check of Laon with a photograph."""
    findings = [Finding(each, "", "met", "") for each in CRITERIA[CheckKind.HALL_CHECK]]
    typed = CheckRequest(CheckKind.HALL_CHECK, "2026-11-23", "Qualité", "", findings)
    check = add_check(site.database, HALL, typed, form="a-check")
    with site.database.store.write() as rows:
        insert_photograph(rows, PROOFS, (check, 1), b"RIFF", site.hands.now)
    return {"check": check, "finding": f"{check}-0"}


def _approved_report(site: ApiSite) -> str:
    """A report of Laon that every reader of figures there may open."""
    report = begin_report(site.database, SYSTEM, [HALL], "2026-Q3", sites=None)["report"]
    freeze_report(site.database, SYSTEM, report, sites=None)
    approve_report(site.database, Author("another"), report, sites=None)
    return report


def _entry_of_the_register(site: ApiSite) -> str:
    """An entry of Laon’s register; the public page of the register is closed again."""
    open_register_of(site.database)
    written = EntryRequest("complaint", "web", "Sièges", photographs=[b"RIFF"])
    entry = add_entry(
        site.database, HALL, written, form="a form of tests", language="fr", channels=PUBLIC_CHANNELS
    ).id
    publish_installation(site.database, SYSTEM, (HALLS / "installation.json").read_bytes())
    return entry


class _Described:
    """The smallest request that the description of a route lets through."""

    def __init__(self, description: dict[str, Any], known: dict[str, Any]) -> None:
        self.schemas = description["components"]["schemas"]
        self.known = known

    def request(self, method: str, rule: str, operations: dict[str, Any]) -> tuple[str, Any]:
        """Query and body."""
        operation = operations.get(method.lower(), {})
        query = list(QUERIES.get(rule, ())) if rule.startswith("/api/") else [f"hall={HALL}"]
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query" and parameter.get("required"):
                query.append(f"{parameter['name']}={self.value(parameter['name'], parameter['schema'])}")
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        body = None if schema is None else self.value("", schema) | BODIES.get((method, rule), {})
        return "&".join(query), body

    def value(self, name: str, schema: dict[str, Any]) -> Any:
        schema = self.schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        if "enum" in schema:
            return self.known[name] if self.known.get(name) in schema["enum"] else schema["enum"][0]
        if name in self.known:
            return self.known[name]
        if "anyOf" in schema:
            return self.value(name, schema["anyOf"][0])
        return self._of_type(name, schema)

    def _of_type(self, name: str, schema: dict[str, Any]) -> Any:
        kind = schema.get("type")
        if kind == "object":
            asked = {
                each: self.value(each, schema["properties"][each]) for each in schema.get("required", ())
            }
            return asked or ({"fr": "Texte"} if schema.get("minProperties") else {})
        if kind == "array":
            return [self.value(name, schema["items"])] * schema.get("minItems", 0)
        if kind == "integer":
            return int(schema.get("minimum", 0))
        if kind == "boolean":
            return False
        return "x" * max(8, schema.get("minLength", 0))
