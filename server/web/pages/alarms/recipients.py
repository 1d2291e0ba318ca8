"""Actions on recipients: add, choose alarms, try, send again, renew the secret, remove."""

from datetime import timedelta

from flask import request

from server.domain.alarms.alarms import AlarmChoice, AlarmKind, kinds_of
from server.domain.hall.configuration import HallConfiguration
from server.domain.languages import FRENCH
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.store.alarms.recipients import Recipient
from server.usecases.alarms.alarm_recipients import (
    RecipientRequest,
    add_recipient,
    choose_alarms,
    known_recipient,
    remove_recipient,
    renew_secret,
    resend,
    shown_address,
)
from server.web.access.callers import Caller, someone
from server.web.pages.alarms.services import AlarmPages, FormOutcome, RecipientFields
from server.web.rendering.problems import refusal_sentence, status_of
from server.web.rendering.viewer import page_sentence

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


def may_configure(caller: Caller, site: str) -> bool:
    """Whether a caller may choose the recipients of a site's alarms (slug, or `*`)."""
    sites = caller.sites_of(Permission.CONFIGURE)
    return sites is None or site in sites


def typed_of(choice: AlarmChoice, channel: str, site: str) -> RecipientFields:
    """The form of a recipient with its present choice."""
    place = site if choice.hall is None else f"{site}/{choice.hall}"
    kinds = frozenset(AlarmKind) if choice.kinds is None else choice.kinds
    return RecipientFields(channel, "", place, kinds, choice.language, choice.has_notices)


def refusal_outcome(refusal: Refusal, form: str, needs: AlarmPages) -> FormOutcome:
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


def _changeable(needs: AlarmPages, recipient: str) -> tuple[Caller, Recipient]:
    """The caller, and the recipient that they may change. Refusals: not_signed_in, forbidden,
    unknown_recipient.
    """
    caller, current = someone(), known_recipient(needs.database, recipient)
    if not may_configure(caller, current.site):
        raise Refusal("forbidden")
    return caller, current


def add(needs: AlarmPages, hall: HallConfiguration) -> FormOutcome:
    """Adds a recipient."""
    caller, (site, one_hall) = someone(), _place(hall.site.slug)
    if not may_configure(caller, site):
        raise Refusal("forbidden")
    channel, address = request.form.get("channel", ""), request.form.get("address", "").strip()
    new_recipient = RecipientRequest(channel, site, address, needs.may_be_plain, _choice(one_hall))
    recipient, secret = add_recipient(needs.database, caller.author, new_recipient)
    if secret is None:
        return FormOutcome(page_sentence()("alarms.added"))
    return _with_secret(needs, known_recipient(needs.database, recipient), secret)


def choose(needs: AlarmPages, recipient: str) -> FormOutcome:
    """Changes the alarms or the language of a recipient. The site stays: it is part of the recipient."""
    caller, current = _changeable(needs, recipient)
    site, one_hall = _place(typed_of(current.choice, current.channel, current.site).place)
    if site != current.site:
        raise Refusal("unknown_site", site=site)
    choose_alarms(needs.database, caller.author, recipient, _choice(one_hall))
    return FormOutcome(page_sentence()("alarms.chosen", address=shown_address(current)))


def try_recipient(needs: AlarmPages, recipient: str, hall: HallConfiguration) -> FormOutcome:
    """Sends a test, and answers whether it arrived."""
    _, current = _changeable(needs, recipient)
    needs.slow()
    failure, address, say = needs.try_now(current, hall), shown_address(current), page_sentence()
    if failure is None:
        return FormOutcome(say("alarms.try.arrived", address=address))
    why = say(f"alarms.failure.{failure}")
    return FormOutcome(say("alarms.try.failed", address=address, why=why), is_good=False)


def resend_to(needs: AlarmPages, recipient: str) -> FormOutcome:
    """Sends the deliveries of the chosen number of hours again."""
    _changeable(needs, recipient)
    typed_hours = request.form.get("hours", "")
    hours = next((each for each in RESENT_HOURS if str(each) == typed_hours), RESENT_HOURS[0])
    count = resend(needs.database, recipient, needs.database.clock.now() - timedelta(hours=hours))
    return FormOutcome(page_sentence()("alarms.again.done", count=count))


def renew(needs: AlarmPages, recipient: str) -> FormOutcome:
    """Makes another secret, shown once."""
    caller, current = _changeable(needs, recipient)
    return _with_secret(needs, current, renew_secret(needs.database, caller.author, recipient))


def remove(needs: AlarmPages, recipient: str) -> FormOutcome:
    """Removes a recipient."""
    caller, _ = _changeable(needs, recipient)
    remove_recipient(needs.database, caller.author, recipient)
    return FormOutcome(page_sentence()("alarms.removed"))


def _with_secret(needs: AlarmPages, current: Recipient, secret: str) -> FormOutcome:
    sentence = page_sentence()("alarms.secret.shown", address=shown_address(current))
    return FormOutcome(sentence, secret=secret)
