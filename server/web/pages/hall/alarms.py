"""The page of alarms, `/alarmes`: open alarms with the person who takes care, past alarms, recipients.

It works without JavaScript; with it, changes are shown at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, request

from server.domain.alarms.alarms import QUIET, AlarmChoice, AlarmKind, kinds_of
from server.domain.hall.configuration import HallConfiguration
from server.domain.languages import FRENCH
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.language import LANGUAGES, own_name
from server.store.alarms import Recipient
from server.store.people.accounts import EVERY_SITE
from server.usecases.alarms import alarm_recipients
from server.usecases.alarms.read_alarms import (
    AlarmReader,
    acknowledge_alarm,
    count_alarms,
    hall_of_alarm,
    read_alarms,
    read_past_alarms,
)
from server.usecases.notices.notice_places import configured_halls
from server.web.access.callers import Caller, database, identify, require_caller, someone
from server.web.access.requirements import PageRoutes
from server.web.access.site_context import of_app
from server.web.pages.hall.console import hall_page
from server.web.rendering import page
from server.web.rendering.problems import refusal_sentence, status_of
from server.web.rendering.viewer import Moments

RESENT_HOURS = (1, 24, 168)
"""How far back deliveries may be sent again, in hours."""
ADD = "add"
FIELDS = {
    "bad_recipient": "address",
    "bad_webhook": "address",
    "recipient_known": "address",
    "unknown_site": "site",
    "unknown_hall": "site",
    "alarm_kinds_missing": "kinds",
    "notices_by_webhook": "notices",
    "wrong_language": "language",
}
"""The field of a recipient's form that a refusal is about."""


@dataclass(frozen=True, slots=True)
class AlarmPages:
    """What the page needs of the rest of the server.

    `try_now` sends a test to a recipient and answers the code of why it did not arrive, None when it did;
    `slow` bounds how often; `email_is_off`: no server takes letters; `may_be_plain`: webhooks over http too.
    """

    try_now: Callable[[Recipient, HallConfiguration], str | None]
    slow: Callable[[], None]
    email_is_off: bool
    may_be_plain: bool


@dataclass(frozen=True, slots=True)
class RecipientFields:
    """The form of a recipient: `kinds` (names) that are checked, `place` a site or `site/hall`."""

    channel: str
    address: str
    place: str
    kinds: frozenset[str]
    language: str
    has_notices: bool = False


@dataclass(frozen=True, slots=True)
class FormOutcome:
    """The outcome of a press: a sentence, whether it succeeded, and the secret to show once.

    Refused: the `form` it came from (`add` or a recipient, by id), its `field`, and the typed values.
    """

    sentence: str
    is_good: bool = True
    secret: str | None = None
    status: int = 200
    form: str = ""
    field: str = ""
    typed: RecipientFields | None = None


needs = of_app(AlarmPages)
alarm_pages = PageRoutes("alarms_page", __name__, template_folder="templates")
"""Reading needs `read_queue`, seeing recipients `supervise`, changing them `configure`."""


@alarm_pages.get("/alarmes", Permission.READ_QUEUE)
def alarms() -> Any:
    return _page(page.hall())


@alarm_pages.post("/alarmes/<alarm>/prise-en-charge", Permission.RECEIVE)
def acknowledge(alarm: str) -> Any:
    caller = require_caller(Permission.RECEIVE, hall_of_alarm(database(), alarm))[0]
    return _attempt(lambda _: _acknowledge(alarm, caller))


@alarm_pages.post("/alarmes/adresses", Permission.CONFIGURE)
def add() -> Any:
    return _attempt(_add, form=ADD)


@alarm_pages.post(
    "/alarmes/adresses/<recipient>/<any(choix, essai, renvoi, secret, retrait):verb>", Permission.CONFIGURE
)
def change(recipient: str, verb: str) -> Any:
    if verb == "essai":
        return _attempt(lambda hall: _try(recipient, hall))
    done = {
        "choix": _choose,
        "renvoi": _resend_to,
        "secret": _renew,
        "retrait": _remove,
    }[verb]
    return _attempt(lambda _: done(recipient), form=recipient if verb == "choix" else "")


def _attempt(work: Callable[[HallConfiguration], FormOutcome | None], *, form: str = "") -> Any:
    """Performs the pressed action, then answers the page with the outcome, or just the page where it shows
    the outcome already.

    `form`: whose fields a refusal may be about.

    """
    hall = page.hall(Permission.READ_QUEUE)
    try:
        outcome = work(hall)
    except Refusal as refusal:
        if status_of(refusal) in (401, 403):
            raise
        outcome = _refusal_outcome(refusal, form)
    if outcome is None:
        at = request.view_args or {}
        place = f"#alarm-{at['alarm']}" if "alarm" in at else ""
        return redirect("/alarmes?" + urlencode({"hall": hall.hall}) + place, 303)
    return _page(hall, outcome), outcome.status


def _acknowledge(alarm: str, caller: Caller) -> None:
    acknowledge_alarm(database(), alarm, caller.author, page.translate)


def _page(hall: HallConfiguration, outcome: FormOutcome | None = None) -> str:
    language, caller = page.language(), identify()
    hall_id = database().hall_id(hall.hall)

    def may(permission: Permission) -> bool:
        return caller.may(permission, hall=hall_id, site=hall.site.slug)

    reader = AlarmReader(language, page.translate, names_people=True)
    found = read_alarms(database(), hall_id, reader)
    listed = _list_recipients(hall, caller) if may(Permission.SUPERVISE) else None
    return render_template(
        "alarms/alarms.html",
        hall=hall,
        counts=count_alarms(database()),
        halls=page.halls(Permission.READ_QUEUE),
        found=found,
        past=read_past_alarms(database(), hall_id, reader),
        recipients=listed,
        moment=Moments(hall.site.time_zone, language, database().clock.now()),
        may_acknowledge=may(Permission.RECEIVE),
        may_configure=may(Permission.CONFIGURE),
        may_tell_of_every_site=_may_configure(caller, EVERY_SITE),
        channels=alarm_recipients.CHANNELS,
        resent_hours=RESENT_HOURS,
        kinds=list(AlarmKind),
        site_halls=_halls_of_site(hall.site.slug),
        languages_of_letters={each: own_name(each) for each in LANGUAGES},
        new=_typed_of(AlarmChoice(), alarm_recipients.EMAIL, hall.site.slug),
        email_is_off=needs.email_is_off,
        outcome=outcome,
        page={**hall_page(hall, language), "as_of": found["as_of"]},
        sentences=page.sentences("console.live."),
    )


class _RecipientOnPage(alarm_recipients.RecipientLine):
    """A recipient with its form, and whether the reader may change it."""

    typed: RecipientFields
    may_change: bool


def _list_recipients(hall: HallConfiguration, caller: Caller) -> list[_RecipientOnPage]:
    """The recipients of a hall's site and of every site, each with its form and whether it may be changed."""
    return [
        {
            **each,
            "typed": _typed_of(each["choice"], each["channel"], each["site"]),
            "may_change": _may_configure(caller, each["site"]),
        }
        for each in alarm_recipients.read_recipients(
            database(), lambda site: site in (hall.site.slug, EVERY_SITE)
        )
    ]


def _halls_of_site(site: str) -> dict[str, str]:
    """The names of a site's halls, where it has several; empty, there is nothing to choose."""
    with database().read() as rows:
        every = configured_halls(database(), rows)
    halls = {each.hall: each.name for each in every if each.site.slug == site}
    return halls if len(halls) > 1 else {}


def _may_configure(caller: Caller, site: str) -> bool:
    """Whether a caller may choose the recipients of a site's alarms (slug, or `*`)."""
    sites = caller.sites_of(Permission.CONFIGURE)
    return sites is None or site in sites


def _typed_of(choice: AlarmChoice, channel: str, site: str) -> RecipientFields:
    """The form of a recipient with its present choice."""
    place = site if choice.hall is None else f"{site}/{choice.hall}"
    kinds = frozenset(AlarmKind) - QUIET if choice.kinds is None else choice.kinds
    return RecipientFields(channel, "", place, kinds, choice.language, choice.has_notices)


def _refusal_outcome(refusal: Refusal, form: str) -> FormOutcome:
    """A press that was refused, with the field it is about."""
    sentence = refusal_sentence(refusal)
    field = FIELDS.get(refusal.code, "") if form else ""
    if field == "address" and form != ADD:  # an existing recipient keeps its address: it is about the site
        field = "site"
    typed = _typed() if field else None
    return FormOutcome(
        sentence, is_good=False, status=status_of(refusal), form=form, field=field, typed=typed
    )


def _typed() -> RecipientFields:
    form = request.form
    return RecipientFields(
        form.get("channel", ""),
        form.get("address", "")[:500],
        form.get("site", ""),
        frozenset(form.getlist("kinds")),
        form.get("language", FRENCH),
        "notices" in form,
    )


def _place(otherwise: str) -> tuple[str, str | None]:
    """The site that the form names and its one hall, if it does; a form without asks for `otherwise`."""
    site, _, hall = (request.form.get("site") or otherwise).partition("/")
    return site, hall or None


def _choice(hall: str | None) -> AlarmChoice:
    """The choice of the form for a hall (None: every hall). Refusal: alarm_kinds_missing."""
    form, has_notices = request.form, "notices" in request.form
    kinds = kinds_of(form.getlist("kinds"), may_be_none=has_notices)
    return AlarmChoice(kinds, hall, form.get("language", FRENCH), has_notices)


def _changeable(recipient: str) -> tuple[Caller, Recipient]:
    """The caller, and the recipient that they may change. Refusals: not_signed_in, forbidden,
    unknown_recipient.
    """
    caller, current = someone(), alarm_recipients.known_recipient(database(), recipient)
    if not _may_configure(caller, current.site):
        raise Refusal("forbidden")
    return caller, current


def _add(hall: HallConfiguration) -> FormOutcome:
    """Adds a recipient."""
    caller, (site, one_hall) = someone(), _place(hall.site.slug)
    if not _may_configure(caller, site):
        raise Refusal("forbidden")
    channel, address = request.form.get("channel", ""), request.form.get("address", "").strip()
    new_recipient = alarm_recipients.RecipientRequest(
        channel, site, address, needs.may_be_plain, _choice(one_hall)
    )
    recipient, secret = alarm_recipients.add_recipient(database(), caller.author, new_recipient)
    if secret is None:
        return FormOutcome(page.sentence()("alarms.added"))
    return _with_secret(alarm_recipients.known_recipient(database(), recipient), secret)


def _choose(recipient: str) -> FormOutcome:
    """Changes the alarms or the language of a recipient. The site stays: it is part of the recipient."""
    caller, current = _changeable(recipient)
    site, one_hall = _place(_typed_of(current.choice, current.channel, current.site).place)
    if site != current.site:
        raise Refusal("unknown_site", site=site)
    alarm_recipients.choose_alarms(database(), caller.author, recipient, _choice(one_hall))
    return FormOutcome(page.sentence()("alarms.chosen", address=alarm_recipients.shown_address(current)))


def _try(recipient: str, hall: HallConfiguration) -> FormOutcome:
    """Sends a test, and answers whether it arrived."""
    _, current = _changeable(recipient)
    needs.slow()
    failure, address, say = (
        needs.try_now(current, hall),
        alarm_recipients.shown_address(current),
        page.sentence(),
    )
    if failure is None:
        return FormOutcome(say("alarms.try.arrived", address=address))
    why = say(f"alarms.failure.{failure}")
    return FormOutcome(say("alarms.try.failed", address=address, why=why), is_good=False)


def _resend_to(recipient: str) -> FormOutcome:
    """Sends the deliveries of the chosen number of hours again."""
    _changeable(recipient)
    typed_hours = request.form.get("hours", "")
    hours = next((each for each in RESENT_HOURS if str(each) == typed_hours), RESENT_HOURS[0])
    count = alarm_recipients.resend(database(), recipient, database().clock.now() - timedelta(hours=hours))
    return FormOutcome(page.sentence()("alarms.again.done", count=count))


def _renew(recipient: str) -> FormOutcome:
    """Makes another secret, shown once."""
    caller, current = _changeable(recipient)
    return _with_secret(current, alarm_recipients.renew_secret(database(), caller.author, recipient))


def _remove(recipient: str) -> FormOutcome:
    """Removes a recipient."""
    caller, _ = _changeable(recipient)
    alarm_recipients.remove_recipient(database(), caller.author, recipient)
    return FormOutcome(page.sentence()("alarms.removed"))


def _with_secret(current: Recipient, secret: str) -> FormOutcome:
    sentence = page.sentence()("alarms.secret.shown", address=alarm_recipients.shown_address(current))
    return FormOutcome(sentence, secret=secret)
