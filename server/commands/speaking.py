"""`parvis say`: a sentence in the voice of calls, for listening."""

from pathlib import Path
from typing import Annotated

import typer

from hardware.speech import SpeechUnavailable, Voices, assemble
from server.commands.say import errors, say, sentence
from server.settings import Settings
from signage.announcement import PAUSE, phrases_of

WRITTEN_PAUSE = " / "


def say_aloud(
    text: Annotated[
        str, typer.Argument(metavar="SENTENCE", help="What is said; « / » between spaces is a pause.")
    ],
    language: Annotated[str, typer.Option(help="Code of the language it is in.")] = "fr",
    out: Annotated[Path, typer.Option(dir_okay=False, help="The WAV file to write.")] = Path("say.wav"),
    has_no_chime: Annotated[bool, typer.Option("--no-chime", help="Do not begin with the chime.")] = False,
) -> None:
    """Say a sentence in the voice in force: a WAV file to listen to."""
    spoken_text = text.replace(WRITTEN_PAUSE, PAUSE)
    phrases = phrases_of(spoken_text)
    if not phrases:
        raise typer.BadParameter("nothing to say", param_hint="SENTENCE")
    voices = Voices(Settings().voices_place)
    try:
        name, spoken = voices.say_with_name(phrases, language)
        out.write_bytes(
            assemble([spoken_text], spoken, before=None if has_no_chime else voices.chime(language))
        )
    except (SpeechUnavailable, OSError) as reason:
        errors.print(sentence("command.say.nothing", reason=reason), style="red", markup=False)
        raise typer.Exit(1) from reason
    say(sentence(f"command.say.{name}", file=out))
