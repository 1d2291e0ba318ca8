"""What one screen needs besides the board of its hall."""

from collections.abc import Callable
from typing import Annotated, TypedDict

from annotated_types import Gt

from hardware.json_types import InstantText, Percent, Pixels, Seconds, Texts
from server.domain.hall.configuration import HallConfiguration
from server.domain.hall.devices import Arrow, Screen, ScreenLayout, SoundOutput
from server.domain.hall.sound import Sound
from server.domain.hours.calendars import business_day
from server.domain.instants import to_text
from server.store.alerts import AlertWords
from server.store.transactions.database import Database
from server.usecases.alerts.read_alerts import screen_words
from server.usecases.hours.opening import opening_now
from server.usecases.media.read_look import LookAnswer, read_look
from server.usecases.notices.programme.read_programme import Preview, ProgrammeAnswer, read_programme
from signage.lettering import SMALLEST_PX, least_px, text_scale


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
    arrow: Arrow | None
    counter: CounterOfScreen | None


class ScreenOfHall(TypedDict):
    """What a screen needs besides the board."""

    hall: str
    name: str
    site: str
    time_zone: str
    languages: list[str]
    services: dict[str, Texts]
    """The names of services by their ids."""
    is_open: bool
    next_opening_at: InstantText | None
    closes_at: InstantText | None
    awaited_s: Seconds
    """How long a call stands before somebody is asked whether the agent is there."""
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
        worn = read_look(rows).as_message()
    return {
        "hall": configuration.hall,
        "name": configuration.name,
        "site": configuration.site.name,
        "time_zone": configuration.site.time_zone,
        "languages": list(configuration.languages),
        "services": {
            service.id: dict(service.names)
            for service in configuration.services.values()
            if service.is_on_kiosk and not service.is_retired
        },
        "is_open": opening is None or opening.is_open,
        "next_opening_at": to_text(opening.next_opens_at) if opening and opening.next_opens_at else None,
        "closes_at": to_text(opening.half_day.closes_at) if opening and opening.half_day else None,
        "awaited_s": configuration.limits.forgotten_after_s,
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
            "arrow": None,
            "counter": None,
        }
    counter = configuration.counters.get(screen.counter or "")
    return {
        "layout": screen.layout,
        "text_scale": text_scale(screen.diagonal_cm, screen.viewing_m, screen.layout),
        "least_px": least_px(screen.diagonal_cm, screen.viewing_m),
        "arrow": screen.arrow,
        "counter": None if counter is None else {"id": counter.id, "label": counter.label},
    }
