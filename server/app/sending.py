"""How pages send: a test to a recipient of alarms, and the link of a person."""

from collections.abc import Callable

from flask_limiter import Limiter

from server.app.brakes import brake, by_caller
from server.app.services import Parvis
from server.domain.hall.configuration import HallConfiguration
from server.domain.texts import Letter
from server.ids import new_id
from server.store.alarms import Recipient
from server.usecases.alarms.watch_alarms import trial_of
from server.web.pages.hall.alarms import AlarmPages
from server.web.pages.people.accounts import LetterPost
from server.web.rendering.viewer import WorkContext


def alarm_needs(parvis: Parvis, slow: Callable[[], None], work: WorkContext) -> AlarmPages:
    """`slow`: limits how many letters one person may send."""
    translate = parvis.catalogues.translate

    def try_now(recipient: Recipient, hall: HallConfiguration) -> str | None:
        now = parvis.database.clock.now()
        body = trial_of(hall, recipient.choice.language, translate, now)
        refused = parvis.sender.try_to_send(recipient, new_id(), body)
        return None if refused is None else refused.code

    return AlarmPages(
        parvis.database,
        work,
        try_now,
        slow,
        email_is_off=not parvis.settings.smtp_host,
        may_be_plain=parvis.settings.webhooks_to_private,
    )


def link_post(parvis: Parvis, limiter: Limiter) -> LetterPost:
    """How links of people leave by letter."""

    def send(letter: Letter) -> str | None:
        return parvis.mail_server.try_to_send(letter, now=parvis.database.clock.now())

    slow = brake(limiter, "link_letter", "12 per minute", by=by_caller)
    return LetterPost(send if parvis.settings.smtp_host else None, slow)
