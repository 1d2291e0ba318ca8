"""What `parvis doctor` says of voices and induction loops: whose voice, which files and tests are no use."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import signage
from hardware.speech import Voices, refused_in
from server.clock import Clock
from server.commands.examination import Finding
from server.domain.calendars import business_day
from server.domain.configuration import HallConfiguration
from server.domain.refusals import Refusal
from server.language import Catalogues
from server.settings import Settings
from server.store.installed import open_installed
from server.usecases.notice_places import configured_halls
from server.usecases.read_voices import HallVoice, read_voices

NAMES = {"recordings": "the site's recordings", "piper": "the site's Piper voice", "espeak-ng": "espeak-ng"}
"""Each voice, as the end of a sentence."""


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
    """None while the database cannot say: the look at it tells what is wrong with it."""
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
    said = f"Calls of {found.hall} in {found.language} are said by {NAMES[found.voice]}"
    if not found.missing:
        return Finding("right", f"{said}.")
    lacking = f"where one of these recordings is missing: {', '.join(found.missing)}"
    return Finding("off", f"{said} {lacking}.")


def _refused(voices: Voices, place: Path) -> Iterator[Finding]:
    for language in voices.languages():
        for sentence in refused_in(voices.recordings(language)):
            yield Finding("off", f"{place / language}: {sentence}")
        own = voices.own_voice(language)
        lacking = None if own is None else voices.piper.lacks(own)
        if own is not None and lacking is not None:
            yield Finding("off", f"{place / language}: {own.name} is not used: {lacking}.")


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
        yield Finding(
            "off", f"Loops of {hall.hall} are shown nowhere until they are tested again: {', '.join(silent)}."
        )
