"""The voice of a call: what is said, and the files a screen is told of."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from hardware.speech import SpokenFiles
from server.app import CATALOGUES
from server.domain.instants import to_text
from server.language import Catalogues
from server.live.voice import Voice

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
CALL = {
    "call": "c1",
    "rank": 1,
    "number": "A042",
    "counter": {"id": "g3", "label": "guichet 3"},
    "at": to_text(NOW),
}


class Over(Exception):
    """Ends a voice that runs for ever."""


class Rendered:
    """Audio files of which only the words are kept."""

    def __init__(self) -> None:
        self.said: list[Sequence[str]] = []

    def announcement(self, sentence: str, brief: str, language: str) -> SpokenFiles:
        self.said.append((sentence, brief, language))
        return SpokenFiles("whole.wav", 4_700, "brief.wav")


def spoken(hall_name: str | None) -> tuple[Rendered, list[dict[str, Any]]]:
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
    voice.speak("hall", dict(CALL), hall_name)
    with pytest.raises(Over):
        voice.run()
    return files, sent


def test_a_screen_is_told_of_the_whole_voice_where_it_may_stop_and_of_the_brief_one():
    files, sent = spoken(None)
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
    files, _ = spoken("Accueil des étrangers")
    assert [sentence.split("\n")[0] for sentence in files.said[0][:2]] == ["Accueil des étrangers"] * 2
