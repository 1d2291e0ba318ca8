"""What one screen needs besides the board of its hall, and the voice that says the calls there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, TypedDict

from annotated_types import Gt

from hardware.json_types import InstantText, Percent, Pixels, Texts
from hardware.languages import base_of
from hardware.speech.voices import VoiceName, Voices
from server.domain.author import Author
from server.domain.hall.configuration import HallConfiguration
from server.domain.hall.devices import Arrow, Screen, ScreenLayout, Sound, SoundOutput
from server.domain.hall.fold import quiet_set
from server.domain.hours.calendars import business_day
from server.domain.instants import to_text
from server.domain.languages import FRENCH
from server.ids import new_id
from server.store.alerts import AlertWords
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.alerts.read_alerts import screen_words
from server.usecases.hours.opening import opening_now
from server.usecases.media.read_look import LookAnswer, read_look
from server.usecases.notices.read_programme import Preview, ProgrammeAnswer, read_programme
from signage.announcement import phrases_of, spoken_sentence
from signage.lettering import SMALLEST_PX, least_px, module_px, text_scale


class SoundLevel(TypedDict):
    """How loud calls are from one local hour to another, HH:MM."""

    opens: str
    closes: str
    percent: Percent


class SoundOfScreen(TypedDict):
    """How loud calls are said: the most, and the levels by the local hour."""

    most_percent: Percent
    levels: list[SoundLevel]


class CounterOfScreen(TypedDict):
    """The counter that a screen stands at."""

    id: str
    label: str


class PlaceOfScreen(TypedDict):
    """What a screen is for, and how large its text is there."""

    layout: ScreenLayout
    text_scale: Annotated[float, Gt(0)]
    least_px: Pixels
    """The smallest letters that can be read from where people stand."""
    module_px: Pixels
    """The smallest module of a code that is scanned from three metres."""
    arrow: Arrow | None
    counter: CounterOfScreen | None


class ScreenOfHall(TypedDict):
    """What a screen needs besides the board."""

    hall: str
    name: str
    site: str
    time_zone: str
    languages: list[str]
    """Those in which alerts are shown: the hall’s, where somebody has read our sentences."""
    services: dict[str, Texts]
    """The names of services by their ids."""
    is_open: bool
    next_opening_at: InstantText | None
    closes_at: InstantText | None
    has_sound: bool
    output: SoundOutput
    sound: SoundOfScreen
    hearing_loop: bool
    place: PlaceOfScreen
    demonstration: bool
    look: LookAnswer
    alert_texts: dict[str, AlertWords]
    """The words of each custom alert in force, by alert, then by language: `title` and `text`."""
    programme: ProgrammeAnswer
    configuration: str
    """The revisions that apply, as `3.12`: the installation's and the hall's."""
    now: InstantText


def read_screen(
    database: Database,
    hall: str,
    screen: str,
    translate: Callable[..., str],
    preview: Preview | None = None,
) -> ScreenOfHall:
    """What a screen needs besides the board: names in every language, its programme, whether it is open.

    Refusals: unknown_hall, unknown_notice for a preview of none.
    """
    programme = read_programme(database, hall, screen, translate, preview)
    configuration = database.configuration(hall)
    now = database.clock.now()
    configured = configuration.screens.get(screen)
    opening = (
        opening_now(configuration, next(iter(configuration.services)), now).opening
        if configuration.services
        else None
    )
    with database.read() as rows:
        words = screen_words(rows, database.hall_id(hall), now)
        worn = read_look(rows, configuration.site.slug).as_message()
    return {
        "hall": configuration.hall,
        "name": configuration.name,
        "site": configuration.site.name,
        "time_zone": configuration.site.time_zone,
        "languages": list(configuration.read_languages),
        "services": {
            service.id: dict(service.names)
            for service in configuration.services.values()
            if service.is_on_kiosk and not service.is_retired
        },
        "is_open": opening is None or opening.is_open,
        "next_opening_at": to_text(opening.next_opens_at) if opening and opening.next_opens_at else None,
        "closes_at": to_text(opening.half_day.closes_at) if opening and opening.half_day else None,
        "has_sound": configured.has_sound if configured else True,
        "output": configured.output if configured else "loudspeaker",
        "sound": _sound(configuration.sound, configured),
        "hearing_loop": configuration.shows_loop(business_day(configuration.calendar, now)),
        "place": _place(configuration, configured),
        "demonstration": configuration.is_demonstration,
        "look": worn,
        "alert_texts": words,
        "programme": programme,
        "configuration": configuration.mark,
        "now": to_text(now),
    }


def _sound(sound: Sound, screen: Screen | None) -> SoundOfScreen:
    """How loud calls are said: the most, and the levels by local hour. A loop has one level."""
    if screen is not None and screen.output == "loop":
        return {"most_percent": 100 if sound.loop is None else sound.loop.percent, "levels": []}
    return {
        "most_percent": sound.most_percent,
        "levels": [
            {"opens": f"{level.opens:%H:%M}", "closes": f"{level.closes:%H:%M}", "percent": level.percent}
            for level in sound.levels
        ],
    }


def _place(configuration: HallConfiguration, screen: Screen | None) -> PlaceOfScreen:
    """What the screen is for and how large its text is there; a screen nobody configured is a hall's."""
    if screen is None:
        return {
            "layout": "hall",
            "text_scale": 1.0,
            "least_px": SMALLEST_PX,
            "module_px": 0,
            "arrow": None,
            "counter": None,
        }
    counter = configuration.counters.get(screen.counter or "")
    return {
        "layout": screen.layout,
        "text_scale": text_scale(screen.diagonal_cm, screen.viewing_m, screen.layout),
        "least_px": least_px(screen.diagonal_cm, screen.viewing_m),
        "module_px": module_px(screen.diagonal_cm),
        "arrow": screen.arrow,
        "counter": None if counter is None else {"id": counter.id, "label": counter.label},
    }


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
    offered = configuration.offered_languages if configuration.sound.says_visitor_language else (FRENCH,)
    return tuple(dict.fromkeys(map(base_of, offered)))


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


class QuietAnswer(TypedDict):
    """The instant until which calls are silent; null: they are spoken."""

    quiet_until: InstantText | None


def set_quiet(
    database: Database, hall: str, author: Author, minutes: int, *, write_key: WriteKey | None = None
) -> QuietAnswer:
    """Until when the voice of a hall (id) is silent, `minutes` (0 to 120) from now; 0 brings it back."""

    def silence(transaction: HallTransaction) -> QuietAnswer:
        until = transaction.now + timedelta(minutes=minutes)
        transaction.record(quiet_set(new_id(), until))
        return {"quiet_until": to_text(until) if minutes else None}

    return database.write(hall, author, write_key, silence)
