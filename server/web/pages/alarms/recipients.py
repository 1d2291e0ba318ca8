"""What is pressed about recipients: added, told other alarms, tried, sent to again, renewed, removed."""

from datetime import timedelta

from flask import request

from server.domain.alarms.detection import AlarmKind
from server.domain.alarms.recipient_choices import AlarmChoice, kinds_of
from server.domain.hall.configuration import HallConfiguration
from server.domain.languages import FRENCH
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.store.alarms.recipients import Recipient
from server.usecases.alarms.alarm_recipients import (
    WantedRecipient,
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
from server.web.rendering.viewer import page_language

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
    "wrong_language": "language",
}
"""The field of a recipient's form that a refusal is about."""


def may_configure(caller: Caller, site: str) -> bool:
    """Whether somebody may say who is told of a site's alarms (slug, or `*`)."""
    sites = caller.sites_of(Permission.CONFIGURE)
    return sites is None or site in sites


def typed_of(choice: AlarmChoice, channel: str, site: str) -> RecipientFields:
    """The form of a recipient as it was chosen."""
    place = site if choice.hall is None else f"{site}/{choice.hall}"
    return RecipientFields(channel, "", place, choice.kinds or frozenset(AlarmKind), choice.language)


def refused(refusal: Refusal, form: str, needs: AlarmPages) -> FormOutcome:
    """A press that was refused, with the field it is about."""
    sentence = refusal_sentence(refusal, needs.work.translate, page_language())
    field = FIELDS.get(refusal.code, "") if form else ""
    if field == "address" and form != ADD:  # the address stands: what is told already is the place
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
    )


def _place(otherwise: str) -> tuple[str, str | None]:
    """The site that the form names and its one hall, if it does; a form without asks for `otherwise`."""
    site, _, hall = (request.form.get("site") or otherwise).partition("/")
    return site, hall or None


def _choice(hall: str | None) -> AlarmChoice:
    """What is told of a hall (None: of every one). Refusal: alarm_kinds_missing."""
    return AlarmChoice(kinds_of(request.form.getlist("kinds")), hall, request.form.get("language", FRENCH))


def _asked(needs: AlarmPages, recipient: str) -> tuple[Caller, Recipient]:
    """The caller, who may change that recipient. Refusals: not_signed_in, forbidden, unknown_recipient."""
    caller, known = someone(), known_recipient(needs.database, recipient)
    if not may_configure(caller, known.site):
        raise Refusal("forbidden")
    return caller, known


def add(needs: AlarmPages, hall: HallConfiguration) -> FormOutcome:
    """One more address."""
    caller, (site, one_hall) = someone(), _place(hall.site.slug)
    if not may_configure(caller, site):
        raise Refusal("forbidden")
    channel, address = request.form.get("channel", ""), request.form.get("address", "").strip()
    wanted = WantedRecipient(channel, site, address, needs.may_be_plain, _choice(one_hall))
    recipient, secret = add_recipient(needs.database, caller.author, wanted)
    if secret is None:
        return FormOutcome(needs.work.translate("alarms.added", page_language()))
    return _with_secret(needs, known_recipient(needs.database, recipient), secret)


def choose(needs: AlarmPages, recipient: str) -> FormOutcome:
    """Other alarms, or another language. The site stays: another one is another recipient."""
    caller, known = _asked(needs, recipient)
    site, one_hall = _place(typed_of(known.choice, known.channel, known.site).place)
    if site != known.site:
        raise Refusal("unknown_site", site=site)
    choose_alarms(needs.database, caller.author, recipient, _choice(one_hall))
    sentence = needs.work.translate("alarms.chosen", page_language(), address=shown_address(known))
    return FormOutcome(sentence)


def try_recipient(needs: AlarmPages, recipient: str, hall: HallConfiguration) -> FormOutcome:
    """A test, and whether it arrived."""
    _, known = _asked(needs, recipient)
    needs.slow()
    failure, language, address = needs.try_now(known, hall), page_language(), shown_address(known)
    if failure is None:
        return FormOutcome(needs.work.translate("alarms.try.arrived", language, address=address))
    why = needs.work.translate(f"alarms.failure.{failure}", language)
    sentence = needs.work.translate("alarms.try.failed", language, address=address, why=why)
    return FormOutcome(sentence, is_good=False)


def resend_to(needs: AlarmPages, recipient: str) -> FormOutcome:
    """What went there since an hour that was chosen, once more."""
    _asked(needs, recipient)
    asked = request.form.get("hours", "")
    hours = next((each for each in RESENT_HOURS if str(each) == asked), RESENT_HOURS[0])
    count = resend(needs.database, recipient, needs.database.clock.now() - timedelta(hours=hours))
    return FormOutcome(needs.work.translate("alarms.again.done", page_language(), count=count))


def renew(needs: AlarmPages, recipient: str) -> FormOutcome:
    """Another secret, shown once."""
    caller, known = _asked(needs, recipient)
    return _with_secret(needs, known, renew_secret(needs.database, caller.author, recipient))


def remove(needs: AlarmPages, recipient: str) -> FormOutcome:
    """Nothing goes there any more."""
    caller, _ = _asked(needs, recipient)
    remove_recipient(needs.database, caller.author, recipient)
    return FormOutcome(needs.work.translate("alarms.removed", page_language()))


def _with_secret(needs: AlarmPages, known: Recipient, secret: str) -> FormOutcome:
    sentence = needs.work.translate("alarms.secret.shown", page_language(), address=shown_address(known))
    return FormOutcome(sentence, secret=secret)
