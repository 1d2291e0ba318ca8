"""The voice of a call: the sentence, and the files in the message to screens."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hardware.speech import BRIEF_PAUSE_S, AudioFiles, SpokenFiles
from hardware.speech.sound import RATE_HZ, from_wav
from hardware.speech.voices import GAP_S, Voices
from server.apart import IsolatedWorker
from server.app import CATALOGUES
from server.domain.instants import to_text
from server.language import Catalogues
from server.live.publication import CallAnnounced, SpokenCall
from server.live.voice import Voice
from tests.hardware.speech.recordings import record

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
CALL: CallAnnounced = {
    "call": "c1",
    "rank": 1,
    "number": "A042",
    "counter": {"id": "g3", "label": "guichet 3"},
    "text": {"fr": "A042, guichet 3"},
    "audio": {},
    "at": to_text(NOW),
}


FRENCH_PLACE = {"fr": "guichet 3"}


class Over(Exception):
    """Ends a voice that runs for ever."""


class Rendered:
    """Audio files of which only the words are kept."""

    def __init__(self) -> None:
        self.said: list[Sequence[str]] = []
        self.voices = self

    def speaks(self, language: str) -> bool:
        return language in ("fr", "en", "ar", "de")

    def announcement(self, sentence: str, brief: str, language: str, has_loop: bool = False) -> SpokenFiles:
        self.said.append((sentence, brief, language))
        loop = ("loop.wav", 3_300) if has_loop else (None, 0)
        return SpokenFiles("whole.wav", 4_700, "brief.wav", *loop)


def spoken(call: SpokenCall) -> tuple[Rendered, list[dict[str, Any]]]:
    files, sent = Rendered(), []

    def emit(_name: str, message: dict[str, Any], *_to: str) -> None:
        sent.append(message)
        raise Over

    voice = Voice(
        files,  # type: ignore[arg-type]
        translate=Catalogues(CATALOGUES).translate,
        emit=emit,
        now=lambda: NOW,
        off_loop=lambda work, *values: work(*values),
    )
    voice.speak("hall", CALL, call)
    with pytest.raises(Over):
        voice.run()
    return files, sent


def test_a_screen_gets_the_whole_voice_with_its_stops_and_the_brief_one():
    files, sent = spoken(SpokenCall(FRENCH_PLACE))
    assert files.said == [("Numéro A, 0, 4, 2\nguichet 3", "A, 0, 4, 2\nguichet 3", "fr")]
    assert sent == [
        CALL
        | {
            "audio": {"fr": "/audio/whole.wav"},
            "once_ms": {"fr": 4_700},
            "brief": {"fr": "/audio/brief.wav"},
        }
    ]


def test_where_another_hall_is_within_earshot_the_hall_is_named_first():
    files, _ = spoken(SpokenCall(FRENCH_PLACE, hall_name="Accueil des étrangers"))
    assert [sentence.split("\n")[0] for sentence in files.said[0][:2]] == ["Accueil des étrangers"] * 2


def test_the_induction_loop_gets_its_own_files():
    _, sent = spoken(SpokenCall(FRENCH_PLACE, has_loop=True))
    assert (sent[0]["loop"], sent[0]["loop_once_ms"]) == ({"fr": "/audio/loop.wav"}, {"fr": 3_300})


def test_a_call_is_spoken_in_french_then_in_the_language_of_its_ticket():
    files, sent = spoken(SpokenCall({"fr": "guichet 3", "en": "desk 3"}, hall_name="Accueil"))
    assert [said[0] for said in files.said] == [
        "Accueil\nNuméro A, 0, 4, 2\nguichet 3",
        "Number A, 0, 4, 2\ndesk 3",
    ]
    assert list(sent[0]["audio"]) == list(sent[0]["brief"]) == ["fr", "en"]


@pytest.mark.parametrize("language", ["es", "de"])
def test_without_a_voice_or_words_in_a_language_the_call_is_spoken_in_french_only(language: str):
    _, sent = spoken(SpokenCall({"fr": "guichet 3", language: "3"}))
    assert list(sent[0]["audio"]) == ["fr"]


def test_a_separate_process_joins_recordings(tmp_path: Path):
    files = AudioFiles(tmp_path / "audio", voices=Voices(tmp_path / "voices"))
    record(tmp_path / "voices" / "fr")
    apart = IsolatedWorker()
    try:
        said = apart.call(
            files.announcement, "Numéro A, 0, 4, 2\nguichet 3", "A, 0, 4, 2\nguichet 3", "fr", True
        )
    finally:
        apart.close()
    path = files.path(said.brief)
    assert path is not None
    words, gaps = 0.3 * 6, 4 * GAP_S + 2 * BRIEF_PAUSE_S
    assert len(from_wav(path.read_bytes())) / RATE_HZ == pytest.approx(words + gaps, abs=0.05)


def test_a_language_of_calls_and_alerts_only_is_spoken_too():
    files, _ = spoken(SpokenCall({"fr": "guichet 3", "ar": "شباك 3"}))
    assert files.said[1] == ("الرقم A, 0, 4, 2\nشباك 3", "A, 0, 4, 2\nشباك 3", "ar")
