"""`parvis say`: a sentence in the voice that says calls, to listen to."""

from pathlib import Path
from typing import Annotated

import typer

from hardware.speech import SpeechUnavailable, Voices, assemble
from server.commands.say import errors, say
from server.settings import Settings
from signage.announcement import PAUSE, phrases_of

NAMES = {"recordings": "the site's recordings", "piper": "the site's Piper voice", "espeak-ng": "espeak-ng"}
"""Each voice, as the end of a sentence."""
WRITTEN_PAUSE = " / "


def say_aloud(
    sentence: Annotated[str, typer.Argument(help="What is said; « / » between spaces is a pause.")],
    language: Annotated[str, typer.Option(help="Code of the language it is in.")] = "fr",
    out: Annotated[Path, typer.Option(dir_okay=False, help="The WAV file to write.")] = Path("say.wav"),
    has_no_chime: Annotated[bool, typer.Option("--no-chime", help="Do not begin with the chime.")] = False,
) -> None:
    """Say a sentence in the voice in force: a WAV file to listen to."""
    text = sentence.replace(WRITTEN_PAUSE, PAUSE)
    phrases = phrases_of(text)
    if not phrases:
        raise typer.BadParameter("nothing to say", param_hint="SENTENCE")
    voices = Voices(Settings().voices_place)
    try:
        name, spoken = voices.said_by(phrases, language)
        out.write_bytes(assemble([text], spoken, before=None if has_no_chime else voices.chime(language)))
    except (SpeechUnavailable, OSError) as reason:
        errors.print(f"Nothing was said: {reason}.", style="red", markup=False)
        raise typer.Exit(1) from reason
    say(f"{out}: said by {NAMES[name]}.")
