"""`parvis doctor`: what this machine has and lacks, in sentences.

With `--rebuild` the rows from the journals.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

import signage
from hardware.speech import assemble
from hardware.speech.programs import SETTINGS_ENDING, SpeechUnavailable
from hardware.speech.voices import Voices, refused_in
from server.clock import Clock
from server.commands.devices import printers_found
from server.commands.examination import Finding, examined, said_by_database
from server.commands.flows import FLOWS
from server.commands.say import errors, open_database, say, sentence
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import business_day
from server.jobs import alone
from server.language import Catalogues
from server.settings import Settings
from server.store.configuration.halls import all_halls
from server.store.journal.chain import INSTALLATION
from server.store.journal.rebuild import rebuild, rebuild_installation
from server.usecases.hall.screen import HallVoice, read_voices
from server.usecases.notices.notice_places import configured_halls
from signage.announcement import PAUSE, phrases_of

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
    halls: list[HallConfiguration] = said_by_database(settings, configured_halls, otherwise=[])
    if settings.voice:
        voices = Voices(settings.voices_place)
        translate = Catalogues((("signage", Path(signage.__file__).parent / "translations"),)).translate
        for hall in halls:
            yield from (_finding(found) for found in read_voices(hall, voices, translate))
        yield from _refused(voices, settings.voices_place)
    for hall in halls:
        yield from _untested_loops(hall, Clock().now())


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


MARKS = {"right": ("✓", None), "off": ("·", "yellow"), "wrong": ("✗", "red")}


def doctor(
    rebuild_rows: Annotated[
        bool,
        typer.Option(
            "--rebuild",
            help="Write the rows of visits, notices and displays anew from the journals; no server may run.",
        ),
    ] = False,
    lists_flows: Annotated[
        bool,
        typer.Option("--flows", help="List every flow of the network: who opens it, to whom, its port."),
    ] = False,
) -> None:
    """Examine the installation; exit status 1 when something it cannot do without is wrong."""
    settings = Settings()
    if rebuild_rows:
        _rebuild(settings)
        return
    if lists_flows:
        _say_flows(settings)
        return
    printers = printers_found(settings, Clock())
    findings = [*examined(settings), *voices_found(settings), *printers]
    for finding in findings:
        mark, style = MARKS[finding.state]
        say(f"{mark} {sentence(finding.key, **finding.values)}", style=style)
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(1)


def _say_flows(settings: Settings) -> None:
    """Each flow; one that the settings do not use is marked as off."""
    for flow in FLOWS:
        port = flow.port_in_use(settings)
        mark, style = MARKS["right" if port else "off"]
        opened_by, to = (sentence(f"flows.party.{each}") for each in (flow.opened_by, flow.to))
        values = {"opened_by": opened_by, "to": to, "port": port or flow.port}
        say(
            f"{mark} {sentence('flows.line', **values, stops=sentence(f'flows.stops.{flow.name}'))}",
            style=style,
        )


def _rebuild(settings: Settings) -> None:
    with alone(settings.var), closing(open_database(settings)) as database:
        with database.read() as rows:
            halls = [hall.slug for hall in all_halls(rows)]
        _say_changed(INSTALLATION, rebuild_installation(database))
        for hall in halls:
            _say_changed(hall, rebuild(database, hall))


def _say_changed(journal: str, changed: Sequence[tuple[str, str]]) -> None:
    if not changed:
        say(sentence("doctor.rows.right", journal=journal))
        return
    say(sentence("doctor.rows.wrong", journal=journal, count=len(changed)))
    for table, row in changed[:20]:
        say(f"  {table} {row}")


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
