"""What `parvis doctor` says of voices: whose they are in each hall, and dropped files that are no use."""

from collections.abc import Iterator
from pathlib import Path

import signage
from hardware.speech import Voices, refused_in
from server.clock import Clock
from server.commands.examination import Finding
from server.domain.refusals import Refusal
from server.language import Catalogues
from server.settings import Settings
from server.store.installed import open_installed
from server.usecases.notice_places import configured_halls
from server.usecases.read_voices import HallVoice, read_voices

NAMES = {"recordings": "the site's recordings", "piper": "the site's Piper voice", "espeak-ng": "espeak-ng"}
"""Each voice, as the end of a sentence."""


def voices_found(settings: Settings) -> Iterator[Finding]:
    """The voice of each hall, then every dropped file that is no use; nothing where nothing is spoken."""
    if settings.voice:
        voices = Voices(settings.voices_place)
        for found in _of_halls(settings, voices):
            yield _finding(found)
        yield from _refused(voices, settings.voices_place)


def _of_halls(settings: Settings, voices: Voices) -> list[HallVoice]:
    """None while the database cannot say: the look at it tells what is wrong with it."""
    translate = Catalogues((("signage", Path(signage.__file__).parent / "translations"),)).translate
    try:
        database = open_installed(settings.database_address, Clock())
    except Refusal:
        return []
    try:
        with database.read() as rows:
            halls = configured_halls(database, rows)
        return [each for hall in halls for each in read_voices(hall, voices, translate)]
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
