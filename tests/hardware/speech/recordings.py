"""Recordings for tests: tones of known pitch and loudness, written in the formats a site may drop."""

import math
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import av
from av.audio.stream import AudioStream

from hardware.speech.sound import RATE_HZ, to_wav

WORDS = ("numero", "a", "0", "1", "2", "3", "4", "guichet")


def tone(seconds: float, *, hz: float = 440.0, share: float = 0.5) -> array[int]:
    """A steady note between silences of a tenth of a second."""
    turn = 2 * math.pi * hz / RATE_HZ
    note = array("h", (round(share * 32_767 * math.sin(turn * i)) for i in range(round(seconds * RATE_HZ))))
    rest = array("h", bytes(2 * (RATE_HZ // 10)))
    return rest + note + rest


def record(folder: Path, words: Iterable[str] = WORDS, *, seconds: float = 0.3) -> Path:
    """A WAV file a word, each of its own pitch."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, word in enumerate(words):
        (folder / f"{word}.wav").write_bytes(to_wav(tone(seconds, hz=300.0 + 40 * number)))
    return folder


def record_in(path: Path, codec: str, *, rate_hz: int = 48_000, seconds: float = 0.5) -> Path:
    """A stereo file of another format and rate."""
    count = round(seconds * rate_hz)
    wave = array("h", (round(9_000 * math.sin(2 * math.pi * 440 * i / rate_hz)) for i in range(count)))
    with av.open(str(path), "w") as container:
        stream = cast("AudioStream", container.add_stream(codec, rate=rate_hz))
        frame = av.AudioFrame(format="s16", layout="stereo", samples=count)
        frame.sample_rate = rate_hz
        frame.planes[0].update(array("h", (value for value in wave for _ in "lr")).tobytes())
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return path
