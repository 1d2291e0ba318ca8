"""What screens say of calls and alerts: written, and spoken.

Sentences of a call come translated as templates with `{number}` and `{place}`; this module only fills and
spaces them. Alerts are written on screens in the hall's languages, and spoken in French. The screen
(`player.js`) lets only one voice speak at a time.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Protocol, ReadOnly, TypedDict

from hardware.languages import VISITOR_LANGUAGES

OLDEST_SOUND = timedelta(seconds=20)
"""A call announced longer ago is read on the board, not spoken: its visitor may be at the counter."""

PAUSE = "\n"
"""Between the phrases of a spoken sentence: `hardware.speech` renders it as a silence."""


REPETITIONS = 2
"""How many times an announcement speaks its sentence."""
TAKEN_BACK = "taken_back"
"""The words shown for a minute after an alert was taken back: it was a mistake."""
KINDS = ("evacuate", "shelter", "medical", TAKEN_BACK)
"""The kinds with prepared words; a custom alert brings its own."""
FRENCH = "fr"
NO_BREAK_HYPHEN = "\u2011"
"""Keeps two words on one line of a screen; voices know the plain one."""


def written_text(number: str, place: str, *, template: str) -> str:
    """Return the sentence of a call for the screen and for screen readers: « Numéro A 0 4 2, guichet 3 »."""
    return template.format(number=" ".join(number), place=place)


def spoken_sentence(number: str, place: str, *, template: str) -> str:
    """Return the spoken sentence of a call: « Numéro A, 0, 4, 2 », a pause, « guichet 3 ».

    Letter and digits are said one by one, so that A042 is not heard as « A zéro quarante-deux ». The
    template holds the pause between number and place as a line break.

    """
    return template.format(number=", ".join(number), place=place)


def phrases_of(sentence: str) -> list[str]:
    """Return the phrases of a spoken sentence, those between its pauses."""
    return [phrase.strip() for phrase in sentence.split(PAUSE) if phrase.strip()]


class AlertToSay(TypedDict):
    """An alert as boards have it; `texts`: the words of a custom one by language, `title` and `text`."""

    kind: ReadOnly[str]
    drill: ReadOnly[bool]
    texts: ReadOnly[Mapping[str, Mapping[str, str]]]


class PreparedAlertTexts(TypedDict):
    """What a screen says of alerts in one language.

    `kinds`: the `title` and the `text` of each prepared kind. `since`: a sentence with `{time}`.
    """

    kinds: dict[str, dict[str, str]]
    since: str
    drill: str
    drill_text: str
    not_fire: str


class Translate(Protocol):
    """Returns the sentence of a message key in a language, its placeholders filled."""

    def __call__(self, key: str, language: str, /, **values: object) -> str: ...


def alert_texts(
    translate: Translate, languages: Collection[str] = VISITOR_LANGUAGES
) -> dict[str, PreparedAlertTexts]:
    """Return, per language, the words of each kind and the texts around them."""
    return {language: _in_language(translate, language) for language in languages}


def _in_language(translate: Translate, language: str) -> PreparedAlertTexts:
    kinds = {
        kind: {part: translate(f"signage.alert.{kind}_{part}", language) for part in ("title", "text")}
        for kind in KINDS
    }
    return {
        "kinds": kinds,
        "since": translate("signage.alert.since", language, time="{time}"),
        "drill": translate("signage.alert.drill", language),
        "drill_text": translate("signage.alert.drill_text", language),
        "not_fire": translate("signage.alert.not_fire", language),
    }


def spoken_alert(alert: AlertToSay, translate: Translate) -> tuple[str, ...]:
    """Return the French sentences to speak in turn: the same one twice, a drill named first.

    `alert` is that of the board's message.
    """
    kind = alert["kind"]
    words = alert["texts"].get(FRENCH) or _in_language(translate, FRENCH)["kinds"].get(kind, {})
    phrases = [translate("signage.alert.attention", FRENCH), words.get("title", ""), words.get("text", "")]
    if alert["drill"]:
        phrases.insert(1, translate("signage.alert.drill_text", FRENCH))
    said = PAUSE.join(phrase for phrase in phrases if phrase)
    return (said.replace(NO_BREAK_HYPHEN, "-"),) * REPETITIONS


def voice_name(alert: AlertToSay) -> str:
    """Return by what a screen knows the voice of a prepared alert: `shelter`, or `shelter drill`."""
    return f"{alert['kind']} drill" if alert["drill"] else str(alert["kind"])


def prepared_alerts() -> list[AlertToSay]:
    """Return every alert with prepared words, and its drill, in the form that boards use."""
    spoken = [kind for kind in KINDS if kind != TAKEN_BACK]  # it is shown, never raised
    return [{"kind": kind, "drill": drill, "texts": {}} for kind in spoken for drill in (False, True)]
