"""One audio file for one announcement: the chime, then each sentence, with silences between."""

from array import array
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain

from hardware.speech.espeak import EspeakSpeech, Speech
from hardware.speech.sound import RATE_HZ, Samples, normalise, silence, soft_note, to_wav, trim

AFTER_CHIME_S = 0.25
PHRASE_PAUSE_S = 0.35
SENTENCE_PAUSE_S = 0.7
END_S = 0.3
BRIEF_PAUSE_S = 0.15
"""The pause between phrases, and at the end, of a sentence spoken while others wait."""
VOICE_SHARE = 0.89
"""Peak of the voice, share of full scale (−1 dB): loud, and no amplifier clips it."""


def phrases_of(sentences: Sequence[str]) -> tuple[str, ...]:
    """Return the phrases of sentences, each once: the texts between line breaks."""
    return tuple(dict.fromkeys(chain(*map(_phrases, sentences))))


def _phrases(sentence: str) -> list[str]:
    return [phrase.strip() for phrase in sentence.splitlines() if phrase.strip()]


def render_announcement(
    sentences: Sequence[str],
    language: str,
    *,
    speech: Speech | None = None,
    has_chime: bool = True,
    is_brief: bool = False,
) -> bytes:
    """Return a WAV file (22,050 Hz, mono, 16 bit): chime, first sentence, pause, next sentence.

    Without the chime it is a reading for one visitor, or, brief, a call while others wait to be
    called. A line break in a sentence is a pause of 0.35 s (brief: 0.15 s). Equal phrases are rendered once.
    Takes some 10 ms per phrase in the speech program and some 50 ms of computing: never call it in a
    request. Raises SpeechUnavailable, and ValueError when there is nothing to say.
    """
    speech = speech or EspeakSpeech()
    spoken = {phrase: speech.say(phrase, language) for phrase in phrases_of(sentences)}
    return assemble(sentences, spoken, before=chime() if has_chime else None, is_brief=is_brief)


def assemble(
    sentences: Sequence[str],
    spoken: "Mapping[str, Samples[int]]",
    *,
    before: "Samples[int] | None",
    is_brief: bool = False,
) -> bytes:
    """Return the WAV file of sentences whose phrases were spoken; `before` is the chime, None for none.

    Raises ValueError when there is nothing to say.
    """
    if not phrases_of(sentences):
        raise ValueError("an announcement without a sentence")
    heard = {phrase: trim(samples) for phrase, samples in spoken.items()}
    phrase_pause_s, end_s = (BRIEF_PAUSE_S, BRIEF_PAUSE_S) if is_brief else (PHRASE_PAUSE_S, END_S)
    sound: Samples[int] = array("h")
    for number, sentence in enumerate(sentences):
        if number or before is not None:
            sound += silence(SENTENCE_PAUSE_S if number else AFTER_CHIME_S)
        for place, phrase in enumerate(_phrases(sentence)):
            sound += silence(phrase_pause_s if place else 0) + heard[phrase]
    head: Samples[int] = array("h") if before is None else before
    return to_wav(head + normalise(sound, share=VOICE_SHARE) + silence(end_s))


def first_end_s(duration_s: float, chime_s: float | None = None) -> float:
    """Return where the first sentence ends in an announcement of a given length that says it twice.

    A silence of `SENTENCE_PAUSE_S` follows there. `chime_s`: how long its chime is, ours unless told; 0: it
    has none.
    """
    chime_s = len(chime()) / RATE_HZ if chime_s is None else chime_s
    before_s = chime_s + AFTER_CHIME_S if chime_s else 0.0
    return before_s + (duration_s - before_s - SENTENCE_PAUSE_S - END_S) / 2


HIGH_HZ = 784.0  # G5
LOW_HZ = 659.3  # E5
NOTE_S = 0.75
SECOND_AFTER_S = 0.32
SHARE = 0.45
"""Peak of the chime, share of full scale."""


@lru_cache(maxsize=1)
def chime() -> "Samples[int]":
    """Return the chime's samples, about 1.1 s, peak `SHARE` of full scale."""
    start = round(SECOND_AFTER_S * RATE_HZ)
    mix = [0.0] * (start + round(NOTE_S * RATE_HZ))
    for offset, note in ((0, soft_note(HIGH_HZ, NOTE_S)), (start, soft_note(LOW_HZ, NOTE_S))):
        for i, value in enumerate(note):
            mix[offset + i] += value
    loudest = max(abs(value) for value in mix)
    return array("h", (round(value / loudest * SHARE * 32_767) for value in mix))
