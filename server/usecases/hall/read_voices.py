"""The voice of each hall's calls, by language, and the phrases that its recordings lack."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hardware.speech import VoiceName, Voices
from server.domain.hall.configuration import HallConfiguration
from server.domain.languages import FRENCH
from signage.announcement import phrases_of, spoken_sentence

type Translate = Callable[..., str]

DIGITS = "0123456789"
SENTENCES = ("signage.announcement.spoken", "signage.announcement.brief")


@dataclass(frozen=True, slots=True)
class HallVoice:
    """The voice of a hall's calls in a language.

    `has_recordings`: the site has some; `missing` names those its calls lack: such a call is said by `voice`
    as a whole, the others by the recordings.
    """

    hall: str
    language: str
    voice: VoiceName
    has_recordings: bool
    missing: tuple[str, ...]


def read_voices(configuration: HallConfiguration, voices: Voices, translate: Translate) -> list[HallVoice]:
    """The voice of each language a hall's calls are said in, French first."""
    return [
        _voice(configuration, language, voices, translate) for language in called_languages(configuration)
    ]


def called_languages(configuration: HallConfiguration) -> tuple[str, ...]:
    """The languages in which calls may be said in a hall, French first."""
    return configuration.languages if configuration.sound.says_visitor_language else (FRENCH,)


def _voice(
    configuration: HallConfiguration, language: str, voices: Voices, translate: Translate
) -> HallVoice:
    phrases = tuple(dict.fromkeys(_phrases(configuration, language, translate)))
    clips = voices.clips(language)
    missing = clips.missing(phrases) if clips.files else ()
    voice = voices.name(phrases, language, in_clips=not missing)
    return HallVoice(configuration.hall, language, voice, bool(clips.files), missing)


def _phrases(configuration: HallConfiguration, language: str, translate: Translate) -> Iterator[str]:
    """Every phrase calls are made of: each prefix with all the digits, each counter, the hall's name."""
    services = [service for service in configuration.services.values() if not service.is_retired]
    series = [each for service in services for each in (service.series, service.appointment_series) if each]
    prefixes = dict.fromkeys(each.prefix for each in series)
    counters = [counter for counter in configuration.counters.values() if not counter.is_retired]
    for key in SENTENCES:
        template = translate(key, language)
        for prefix in prefixes:
            for counter in counters:
                sentence = spoken_sentence(prefix + DIGITS, counter.label_in(language), template=template)
                yield from phrases_of(sentence)
    if configuration.neighbours:
        yield configuration.name
