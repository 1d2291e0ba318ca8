"""Announcements: the words of a call."""

from datetime import timedelta
from string import Formatter

import pytest

from signage.announcement import (
    ALERT_LANGUAGES,
    KINDS,
    OLDEST_SOUND,
    REPETITIONS,
    alert_texts,
    prepared_alerts,
    spoken_alert,
    spoken_sentence,
    voice_name,
    written_text,
)
from tests.signage.contract_server import SENTENCES, translate

TEXTS = alert_texts(translate)
FRENCH = {key for key in SENTENCES["fr"] if key.startswith("signage.alert.")}
SPOKEN = {"signage.alert.attention", "signage.alert.label"}


def test_a_call_is_written_digit_by_digit() -> None:
    assert (
        written_text("A042", "guichet 3", template="Numéro {number}, {place}") == "Numéro A 0 4 2, guichet 3"
    )


def test_a_call_is_spoken_digit_by_digit_with_a_pause_before_the_place() -> None:
    spoken = spoken_sentence("A042", "guichet 3", template="Numéro {number}\n{place}")
    assert spoken == "Numéro A, 0, 4, 2\nguichet 3"


def test_an_announcement_is_spoken_twice_and_not_after_twenty_seconds() -> None:
    assert (2, timedelta(seconds=20)) == (REPETITIONS, OLDEST_SOUND)


@pytest.mark.parametrize("language", ALERT_LANGUAGES)
def test_every_language_says_all_that_screens_show(language: str):
    known = {key: text for key, text in SENTENCES[language].items() if key.startswith("signage.alert.")}
    assert set(known) | SPOKEN == FRENCH
    for key, text in known.items():
        assert text.strip(), key
        names = [name for _, name, _, _ in Formatter().parse(text) if name]
        assert names == (["time"] if key.endswith("since") else []), key
    told = TEXTS[language]
    assert set(told["kinds"]) == set(KINDS)
    assert len({kind["title"] for kind in told["kinds"].values()}) == len(KINDS)
    assert all(len(kind["title"]) <= 40 and len(kind["text"]) <= 140 for kind in told["kinds"].values())


def test_a_drill_is_named_before_its_instructions_and_all_is_spoken_twice():
    once, again = spoken_alert({"kind": "shelter", "drill": True, "texts": {}}, translate)
    assert once == again
    phrases = once.splitlines()
    assert phrases[:3] == ["Attention.", "Ceci est un exercice.", "Mettez-vous à l’abri"]
    real = spoken_alert({"kind": "shelter", "drill": False, "texts": {}}, translate)[0]
    assert "exercice" not in real


def test_every_alert_with_words_of_its_own_and_its_drill_have_a_voice():
    names = [voice_name(each) for each in prepared_alerts()]
    kinds = ["evacuate", "shelter", "medical"]
    assert names == [name for kind in kinds for name in (kind, f"{kind} drill")]


def test_a_custom_alert_is_spoken_in_its_own_french_words():
    texts = {"fr": {"title": "Fuite d’eau", "text": "Restez assis."}, "en": {"title": "Leak", "text": ""}}
    once, _ = spoken_alert({"kind": "custom", "drill": False, "texts": texts}, translate)
    assert once.splitlines() == ["Attention.", "Fuite d’eau", "Restez assis."]
