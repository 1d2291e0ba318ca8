"""Alerts: raised in some halls by one press, ended by two confirmations; bulletins (CAP 1.2)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal, TypedDict

from pydantic import ConfigDict, Field, StringConstraints

from server.domain.alerts import AlertKind
from server.domain.author import Author
from server.domain.bulletins.messages import LARGEST_BYTES
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.store import bulletins
from server.store.bulletins import BulletinRow
from server.store.configuration.halls import all_halls
from server.store.transactions.database import Database
from server.usecases.alerts import alert_answers, course
from server.usecases.alerts.alert_answers import AlertAnswer, AlertsAnswer, EndsAskedAnswer, HallAlertsAnswer
from server.usecases.alerts.read_alerts import read_alert, read_alerts, read_ends_asked, read_hall_alerts
from server.usecases.bulletins.bulletins import show_automatically
from server.usecases.bulletins.received_bulletins import receive_document
from server.usecases.configuration.publication import once
from server.web.access.callers import Caller, require_caller, sites_where, someone
from server.web.access.requirements import PEOPLE, PEOPLE_AND_KEYS
from server.web.api.openapi import ApiRoutes, answering
from server.web.api.services import Api, HallCall, write_key
from server.web.api.shapes import LINE, RequestShape
from server.web.rendering.problems import refusal_sentence

type HallNames = Literal["all"] | Annotated[list[Slugged], Field(min_length=1, max_length=200)]
type Slugged = Annotated[str, StringConstraints(max_length=64, min_length=1)]
type _Confirm = Callable[[Database, str, Sequence[str], Author], Mapping[str, Refusal]]
type LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]


class AlertTexts(RequestShape):
    """The words of a custom alert in one language: they fill a screen."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    title: str = Field(min_length=1, max_length=course.TITLE_CHARACTERS, pattern=LINE)
    text: str = Field(default="", max_length=course.TEXT_CHARACTERS, pattern=LINE)


class AlertBody(RequestShape):
    """What is raised and where: halls by slug or id, or all in which the caller may.

    The same `press_id` of an author is the same alert. `expires_after_s`: never for evacuate and shelter.
    """

    halls: HallNames
    kind: AlertKind
    press_id: str = Field(min_length=1, max_length=64)
    drill: bool = False
    texts: dict[LanguageCode, AlertTexts] = Field(default_factory=dict, max_length=8)
    expires_after_s: int | None = None


class EndBody(RequestShape):
    """In which of its halls an alert is over."""

    halls: HallNames = "all"


def alerts_api(api: Api) -> ApiRoutes:
    routes = ApiRoutes("alerts")

    @routes.post("/alerts", Permission.RAISE_ALERT)
    def take_over(body: AlertBody) -> tuple[RaisedAlertAnswer, Literal[200, 201]]:
        """Takes the screens of halls over. 201 with each hall's screens; 200 when nothing new was raised.

        Each hall succeeds or fails by itself, as in an answer 207: the alert is raised in every hall where
        the caller may raise one. `failed` names the other halls, with code and sentence: `unknown_hall`,
        `forbidden`, or why the hall could not record it. `already`: halls where one alike of the caller held.
        The request fails only when no hall raises the alert.
        """
        caller = someone()
        halls, outside = _halls(api, body.halls, Permission.RAISE_ALERT)
        words = {language: each.model_dump() for language, each in body.texts.items()}
        request = course.AlertRequest(body.kind, body.press_id, body.drill, words, body.expires_after_s)

        def work() -> RaisedAlertAnswer:
            raised = course.raise_alert(api.database, halls, caller.author, request, breathe=api.breathe)
            answer = read_alert(
                api.database, raised.alert, halls, only_by=_only_by(caller), reader=_reader(caller)
            )
            already: list[HallAlready] = [
                {**_named(api, hall), "alert": alert} for hall, alert in raised.already.items()
            ]
            failed = [*_failed(api, raised.failed), *outside]
            return {**answer, "is_new": raised.is_new, "already": already, "failed": failed}

        answer = once(api.database, halls[0], caller.author, write_key(caller.author), work)
        return answer, 201 if answer["is_new"] else 200

    @routes.get("/alerts", Permission.RAISE_ALERT, Permission.END_ALERT, anywhere=True)
    def listed() -> AlertsAnswer:
        """The alerts in force and those of the last day, in the caller's halls; of a key, its own."""
        caller = someone()
        halls = _own_halls(api.database)
        return read_alerts(api.database, halls, only_by=_only_by(caller), reader=_reader(caller))

    @routes.get("/alerts/end-asked", Permission.END_ALERT, of=PEOPLE, anywhere=True)
    def ends_asked() -> EndsAskedAnswer:
        """The alerts whose end another person has confirmed once and the caller may confirm."""
        halls = _may(api.database, _every(api.database), Permission.END_ALERT)
        return read_ends_asked(api.database, halls, someone().author)

    @routes.get("/alerts/<alert>", Permission.RAISE_ALERT, Permission.END_ALERT, anywhere=True)
    def one(alert: str) -> AlertAnswer:
        """An alert: who raised it and when, and per hall its screens, which showed it, and its end.

        A key reads what it raised itself, and nobody's name.
        """
        caller, halls = someone(), _own_halls(api.database)
        return read_alert(api.database, alert, halls, only_by=_only_by(caller), reader=_reader(caller))

    @routes.get("/halls/<hall>/alerts", Permission.READ_BOARD)
    def of_hall(at: HallCall) -> HallAlertsAnswer:
        """The alerts in force in a hall; people at work read who raised each."""
        return read_hall_alerts(api.database, at.hall, names_people=at.caller.kind == "person")

    @routes.post("/alerts/<alert>/ask-end", Permission.END_ALERT)
    def first(alert: str, body: EndBody) -> AlertGestureAnswer:
        """The first confirmation that an alert is over; the second follows within five minutes.

        Each hall succeeds or fails by itself: `failed` names those that refused, and those that the caller
        named but may not end it in, each with code and sentence.
        """
        return _confirmed(api, alert, body, course.ask_end, Permission.END_ALERT)

    @routes.post("/alerts/<alert>/end", Permission.END_ALERT)
    def second(alert: str, body: EndBody) -> AlertGestureAnswer:
        """The second confirmation: the alert is over, but in the halls of `failed`.

        By another person where one who may is there; the first may end it alone when nobody answered in two
        minutes.
        """
        return _confirmed(api, alert, body, course.end_alert, Permission.END_ALERT)

    @routes.post("/alerts/<alert>/take-back", Permission.RAISE_ALERT, of=PEOPLE)
    def taken_back(alert: str, body: EndBody) -> AlertGestureAnswer:
        """Whoever raised the alert by mistake takes it back, within a minute; screens say so."""
        return _confirmed(api, alert, body, course.take_back, Permission.RAISE_ALERT)

    return routes


class HallFailed(alert_answers.HallName):
    """A hall that refused, with the code and the sentence of its refusal."""

    code: str
    detail: str


class HallAlready(alert_answers.HallName):
    """A hall in which such an alert of the caller held before."""

    alert: str


class AlertGestureAnswer(alert_answers.AlertAnswer):
    """An alert after its end was asked for or confirmed, or it was taken back."""

    failed: list[HallFailed]


class RaisedAlertAnswer(alert_answers.AlertAnswer):
    """An alert that was raised just now, or by the same press before."""

    is_new: bool
    already: list[HallAlready]
    failed: list[HallFailed]


def _confirmed(
    api: Api, alert: str, body: EndBody, confirm: _Confirm, permission: Permission
) -> AlertGestureAnswer:
    caller = someone()
    of_alert = course.halls_of_alert(api.database, alert)
    halls, outside = _halls(api, body.halls, permission, among=of_alert)

    def work() -> AlertGestureAnswer:
        failed = confirm(api.database, alert, halls, caller.author)
        answer = read_alert(api.database, alert, halls, reader=caller.author)
        return {**answer, "failed": [*_failed(api, failed), *outside]}

    return once(api.database, halls[0], caller.author, write_key(caller.author), work)


def _only_by(caller: Caller) -> Author | None:
    """Whose alerts a caller reads: a key its own only, people everybody's (None)."""
    return None if caller.kind == "person" else caller.author


def _reader(caller: Caller) -> Author | None:
    """Who is told what of an alert is theirs: people, who may take one back; no key."""
    return caller.author if caller.kind == "person" else None


def _named(api: Api, hall: str) -> alert_answers.HallName:
    configuration = api.database.configuration(hall)
    return {"hall": configuration.hall, "name": configuration.name}


def _failed(api: Api, failed: Mapping[str, Refusal]) -> list[HallFailed]:
    """The halls (ids) that refused, by name, each with its refusal's code and sentence."""
    return [_failure(api, _named(api, hall), refusal) for hall, refusal in failed.items()]


def _failure(api: Api, named: alert_answers.HallName, refusal: Refusal) -> HallFailed:
    sentence = refusal_sentence(refusal)
    return {**named, "code": refusal.code, "detail": sentence}


def _halls(
    api: Api,
    requested: Sequence[str] | Literal["all"],
    permission: Permission,
    among: Sequence[str] | None = None,
) -> tuple[list[str], list[HallFailed]]:
    """The ids of the requested halls in which the caller has the permission, and why the others are not.

    `among`: the halls there are to choose from. A hall outside is named as the caller named it. Refusals when
    no hall is left: forbidden, unknown_hall, or that of `require_caller`.
    """
    if requested == "all":
        halls = _may(api.database, among if among is not None else _every(api.database), permission)
        if not halls:
            raise Refusal("forbidden")
        return halls, []
    found, outside = dict[str, None](), dict[str, Refusal]()
    for name in dict.fromkeys(requested):
        try:
            hall = require_caller(permission, name)[1]
            if among is not None and hall not in among:
                raise Refusal("unknown_hall", hall=name)
            found[hall] = None
        except Refusal as refusal:
            outside[name] = refusal
    if not found:
        raise next(iter(outside.values()))
    return [*found], [_failure(api, {"hall": name, "name": name}, each) for name, each in outside.items()]


def _own_halls(database: Database) -> list[str]:
    """The ids of the halls in which the caller may raise or end alerts."""
    every = _every(database)
    return sorted(
        {*_may(database, every, Permission.RAISE_ALERT), *_may(database, every, Permission.END_ALERT)}
    )


def _may(database: Database, halls: Sequence[str], permission: Permission) -> list[str]:
    caller = someone()
    sites = {hall: database.configuration(hall).site.slug for hall in halls}
    return [hall for hall, site in sites.items() if caller.may(permission, hall=hall, site=site)]


def _every(database: Database) -> list[str]:
    with database.read() as rows:
        return [hall.id for hall in all_halls(rows) if hall.is_configured]


class BulletinAnswer(TypedDict):
    """What a bulletin became at a site."""

    bulletin: str
    is_new: bool
    """False: it had come before, and nothing changed."""
    state: Literal["proposed", "raising", "accepted", "dismissed", "refused", "replaced", "cancelled"]
    kind: Literal["alert", "notice"] | None
    """The kind of its proposal; null for a refused bulletin and for a cancellation."""
    code: str | None
    """Why it is refused; null where it is not."""
    detail: str | None
    """The same as a sentence."""


class BulletinBody(RequestShape):
    """A bulletin as its sender wrote it, in XML."""

    document: str = Field(min_length=1, max_length=LARGEST_BYTES)


def bulletins_api(api: Api, programme_changed: Callable[[], None]) -> ApiRoutes:
    """The route; `programme_changed` tells screens after what they show has changed."""
    routes = ApiRoutes("bulletins")

    @routes.post(
        "/sites/<site>/bulletins",
        Permission.SEND_BULLETINS,
        of=PEOPLE_AND_KEYS,
        anywhere=True,
        responses={200: answering(BulletinAnswer), 201: answering(BulletinAnswer)},
    )
    def send(site: str, body: BulletinBody) -> tuple[dict[str, object], int]:
        """Takes a bulletin for a site. 201 when it is new, also where it is refused: `code` says why."""
        caller, sites = sites_where(Permission.SEND_BULLETINS)
        if sites is not None and site not in sites:
            raise Refusal("forbidden")
        document = body.document.encode(errors="replace")
        received = receive_document(api.database, site, document, caller.author)
        row = received.row
        if received.is_new:
            if row.state == bulletins.PROPOSED:
                show_automatically(api.database, row)
            programme_changed()
            row = _present(api, row)
        return _answer(api, row, is_new=received.is_new), 201 if received.is_new else 200

    return routes


def _present(api: Api, row: BulletinRow) -> BulletinRow:
    with api.database.read() as rows:
        return bulletins.bulletin_row(rows, row.id) or row


def _answer(api: Api, row: BulletinRow, *, is_new: bool) -> dict[str, object]:
    refusal = None if row.refusal is None else Refusal(row.refusal, **row.details)
    return {
        "bulletin": row.id,
        "is_new": is_new,
        "state": row.state,
        "kind": row.kind,
        "code": row.refusal,
        "detail": None if refusal is None else refusal_sentence(refusal),
    }
