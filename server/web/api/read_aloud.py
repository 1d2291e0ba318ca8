"""« Écouter » on a kiosk: the view it shows, as the names of audio files to play in turn."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Literal, TypedDict

import structlog
from pydantic import Field

from hardware.json_types import InstantText
from hardware.speech.programs import SpeechUnavailable
from kiosk.reading import NEEDS, Paper, ReadArrival, Reason, View
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.usecases.notices.public_types import PublicNotice
from server.usecases.notices.read_public_notices import read_public_notices, with_register_address
from server.usecases.tickets.kiosk_menu import ReadingRequest, read_aloud
from server.web.api.openapi import ApiRoutes
from server.web.api.services import Api, HallCall
from server.web.api.shapes import Instant, RequestShape, Spoken

log = structlog.get_logger()

type Speak = Callable[[Sequence[str], str], list[str]]
"""Names of the audio files that say sentences in a language. Raises SpeechUnavailable and OSError."""


class ReadingAnswer(TypedDict):
    """Sentences of a kiosk's view, and the audio file of each, to play in turn."""

    language: str
    sentences: list[str]
    audio: list[str]


class PublicNoticesAnswer(TypedDict):
    """What visitors of a hall may read now at their own pace, the newest first."""

    hall: str
    """The slug of the hall."""
    as_of: InstantText
    changes_at: InstantText | None
    """When one begins or ends by itself; null: no such instant is known."""
    notices: list[PublicNotice]
    voices: list[str]
    """The languages, of these notices, that the server reads aloud."""


class ReadingQuery(RequestShape):
    """A view by what it shows: nothing of it is spoken as it was sent."""

    lang: str = Spoken
    view: View
    service: str | None = Field(default=None, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    shown: str = Field(default="", max_length=1_200, pattern=r"^[A-Za-z0-9_,-]*$")
    hours: str = Field(default="", max_length=1_200, pattern=r"^[0-9TZ:.,+-]*$")
    needs: str = Field(default="", max_length=60, pattern=r"^[a-z_,]*$")
    reason: Reason = "other"
    at: Instant | None = None
    arrival: Literal["early", "on_time", "late", "walk_in"] | None = None
    late_min: int = Field(default=0, ge=0, le=1_440)
    visit: str | None = Field(default=None, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    notice: str | None = Field(default=None, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    notice_lang: str = Spoken
    paper: Paper = "none"
    is_priority: bool = False
    has_code: bool = False
    is_covered: bool = False
    is_fetched: bool = False
    has_keys: bool = False
    paper_within_s: int | None = Field(default=None, ge=1, le=3_600)
    has_sheet: bool = False
    wanted: str | None = Field(default=None, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    exceptional_reason: str | None = Field(default=None, max_length=64, pattern=r"^[a-z0-9-]+$")
    focus: str | None = Field(default=None, max_length=100, pattern=r"^[A-Za-z0-9_:.+-]+$")

    def reading(self, kiosk: str | None) -> ReadingRequest:
        """The view asked for, of a kiosk or of none. Raises ValueError for hours or needs that are none."""
        appointment = ReadArrival(self.arrival, self.at, self.late_min) if self.arrival and self.at else None
        shared = {each.name for each in fields(ReadingRequest)} & type(self).model_fields.keys()
        return ReadingRequest(
            **{name: getattr(self, name) for name in shared}
            | {
                "language": self.lang,
                "kiosk": kiosk,
                "services_on_page": _parts(self.shown),
                "hours": tuple(datetime.fromisoformat(each) for each in _parts(self.hours)),
                "needs": tuple(need for need in NEEDS if need in _parts(self.needs)),
                "notice_language": self.notice_lang,
                "wanted_service": self.wanted,
                "appointment": appointment,
            }
        )


def _parts(listed: str) -> tuple[str, ...]:
    return tuple(filter(None, listed.split(",")))


def blueprint(
    api: Api, *, speak: Speak | None, speaks: Callable[[str], bool], slow: Callable[[], None]
) -> ApiRoutes:
    """The routes; `speak` None: this server has no voice. `slow` bounds what one kiosk may ask.

    `speaks`: whether a language can be read aloud.
    """
    routes = ApiRoutes("reading")

    @routes.get("/halls/<hall>/reading", Permission.ISSUE)
    def reading(hall: str, query: ReadingQuery, at: HallCall) -> ReadingAnswer:
        """A kiosk's view in sentences, with the audio file of each."""
        slow()
        if speak is None:
            raise Refusal("voice_unavailable")
        try:
            page = query.reading(at.caller.configured)
        except ValueError as error:
            raise Refusal("bad_request", field="hours") from error
        found = read_aloud(api.database, api.estimates, at.hall, page, translate=api.translate)
        try:
            names = speak(found.sentences, found.language)
        except (SpeechUnavailable, OSError) as reason:
            log.warning("reading_failed", hall=hall, reason=str(reason))
            raise Refusal("voice_unavailable") from reason
        return {
            "language": found.language,
            "sentences": found.sentences,
            "audio": [f"/audio/{name}" for name in names],
        }

    @routes.get("/halls/<hall>/public-notices", Permission.ISSUE)
    def public_notices(at: HallCall) -> PublicNoticesAnswer:
        """What visitors of a hall may read of its notices now, in every language, and which are spoken."""
        found = read_public_notices(api.database, at.hall, api.translate)
        languages = {each["code"] for notice in found["notices"] for each in notice["languages"]}
        public_url = api.settings.public_url
        notices = [with_register_address(each, found["hall"], public_url) for each in found["notices"]]
        return {
            **found,
            "notices": notices,
            "voices": sorted(each for each in languages if speak and speaks(each)),
        }

    return routes
