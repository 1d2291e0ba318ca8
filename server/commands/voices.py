"""What `parvis doctor` reports about voices and induction loops: the voice, unusable files, missing tests."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import signage
from hardware.speech import SETTINGS_ENDING, Voices, refused_in
from server.clock import Clock
from server.commands.examination import Finding
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import business_day
from server.domain.refusals import Refusal
from server.language import Catalogues
from server.settings import Settings
from server.store.transactions.open_installed import open_installed
from server.usecases.hall.screen import HallVoice, read_voices
from server.usecases.notices.notice_places import configured_halls

SAID_BY = {
    "recordings": "doctor.calls.recordings",
    "piper": "doctor.calls.piper",
    "espeak-ng": "doctor.calls.espeak",
}
"""Each voice, by the key of its sentence."""
SAID_WHERE_LACKING = {"piper": "doctor.calls.piper.lacking", "espeak-ng": "doctor.calls.espeak.lacking"}
"""The same, of a voice that stands in where recordings are missing."""


def voices_found(settings: Settings) -> Iterator[Finding]:
    """The voice of each hall, then every dropped file that is no use, where calls are spoken.

    At the end the induction loops that are shown nowhere.
    """
    halls = _halls(settings)
    if settings.voice:
        voices = Voices(settings.voices_place)
        translate = Catalogues((("signage", Path(signage.__file__).parent / "translations"),)).translate
        for hall in halls:
            yield from (_finding(found) for found in read_voices(hall, voices, translate))
        yield from _refused(voices, settings.voices_place)
    for hall in halls:
        yield from _untested_loops(hall, Clock().now())


def _halls(settings: Settings) -> list[HallConfiguration]:
    """None if the database cannot be read: the check of the database reports why."""
    try:
        database = open_installed(settings.database_address, Clock())
    except Refusal:
        return []
    try:
        with database.read() as rows:
            return configured_halls(database, rows)
    except Exception:  # noqa: BLE001 - the look at the database tells what is wrong with it
        return []
    finally:
        database.close()


def _finding(found: HallVoice) -> Finding:
    details = {"hall": found.hall, "language": found.language}
    if not found.missing:
        return Finding("right", SAID_BY[found.voice], details)
    return Finding("off", SAID_WHERE_LACKING[found.voice], details | {"missing": ", ".join(found.missing)})


def _refused(voices: Voices, place: Path) -> Iterator[Finding]:
    for language in voices.languages():
        folder = place / language
        for refused in refused_in(voices.recordings(language)):
            details = {"folder": folder, "name": refused.name, **refused.values}
            yield Finding("off", f"doctor.recording.{refused.code}", details)
        own = voices.own_voice(language)
        lacking = None if own is None else voices.piper.missing_part(own)
        if own is not None and lacking is not None:
            settings = own.with_suffix(SETTINGS_ENDING).name
            details = {"folder": folder, "name": own.name, "settings": settings}
            yield Finding("off", f"doctor.piper.{lacking}", details)


def _untested_loops(hall: HallConfiguration, now: datetime) -> Iterator[Finding]:
    today = business_day(hall.calendar, now)
    silent = [
        counter.label
        for counter in hall.counters.values()
        if counter.has_hearing_loop and not counter.is_retired and not counter.shows_loop(today)
    ]
    if hall.sound.loop is not None and not hall.shows_loop(today):
        silent.append(hall.name)
    if silent:
        yield Finding("off", "doctor.loops", {"hall": hall.hall, "places": ", ".join(silent)})
