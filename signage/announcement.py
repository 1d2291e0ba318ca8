"""The announcement of a call: its written and its spoken text.

Sentences come translated as templates with `{number}` and `{place}`; this module only fills and spaces them.
The screen (`player.js`) lets only one voice speak at a time.
"""

from datetime import timedelta

OLDEST_SOUND = timedelta(seconds=20)
"""A call announced longer ago is read on the board, not spoken: its visitor may be at the counter."""

PAUSE = "\n"
"""Between the phrases of a spoken sentence: `hardware.speech` renders it as a silence."""


REPETITIONS = 2
"""How many times an announcement speaks its sentence."""


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
