"""Sound as samples: 22,050 Hz, mono, 16 bit, the form every part of an announcement has."""

import io
import math
import sys
import wave
from array import array
from functools import lru_cache

RATE_HZ = 22_050
Samples = array  # of type "h": signed 16-bit samples
QUIET = 200
"""Samples below this magnitude (of 32,767) at either end of a phrase are silence: −44 dB."""
LEVEL = 4_600
"""Root mean square of the audible part of a recording, so that recordings are equally loud: −17 dB."""
HIGH_HZ = 784.0  # G5
LOW_HZ = 659.3  # E5
NOTE_S = 0.75
SECOND_AFTER_S = 0.32
CHIME_SHARE = 0.45
"""Peak of the chime, share of full scale."""


def silence(seconds: float) -> "Samples[int]":
    """Return so many seconds of silence."""
    return array("h", bytes(2 * round(seconds * RATE_HZ)))


def trim(samples: "Samples[int]") -> "Samples[int]":
    """Return samples without the silence before and after the sound; none if there is no sound."""
    first = next((i for i, value in enumerate(samples) if abs(value) >= QUIET), None)
    if first is None:
        return array("h")
    last = next(i for i in range(len(samples) - 1, -1, -1) if abs(samples[i]) >= QUIET)
    return samples[first : last + 1]


def peak(samples: "Samples[int]") -> int:
    """Return the largest magnitude, 0 to 32,768."""
    return max(abs(max(samples)), abs(min(samples))) if samples else 0


def normalise(samples: "Samples[int]", *, share: float) -> "Samples[int]":
    """Return samples scaled so that their peak is this share (0 to 1) of full scale."""
    loudest = peak(samples)
    if not loudest:
        return samples
    factor = share * 32_767 / loudest
    return array("h", (round(value * factor) for value in samples))


def level(samples: "Samples[int]") -> "Samples[int]":
    """Return samples at the common loudness: their audible part has the power of `LEVEL`.

    Samples over full scale lower the whole recording; they are never clipped.
    """
    heard = [value for value in samples if abs(value) >= QUIET]
    if not heard:
        return samples
    power = math.sqrt(sum(value * value for value in heard) / len(heard))
    factor = min(LEVEL / power, 32_767 / peak(samples))
    return array("h", (round(value * factor) for value in samples))


def from_wav(wav: bytes) -> "Samples[int]":
    """Return the samples of a WAV file. Raises ValueError for another rate, width or number of channels."""
    try:
        with wave.open(io.BytesIO(wav)) as reader:
            form = (reader.getnchannels(), reader.getsampwidth(), reader.getframerate())
            frames = reader.readframes(len(wav))
    except (wave.Error, EOFError) as error:
        raise ValueError(f"not a WAV file: {error}") from error
    if form != (1, 2, RATE_HZ):
        raise ValueError(f"expected mono 16-bit {RATE_HZ} Hz, got {form}")
    samples = array("h", frames[: len(frames) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def to_wav(samples: "Samples[int]") -> bytes:
    """Return samples as a WAV file."""
    little = array("h", samples)
    if sys.byteorder == "big":
        little.byteswap()
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE_HZ)
        writer.writeframes(little.tobytes())
    return file.getvalue()


def soft_note(frequency_hz: float, seconds: float) -> list[float]:
    """Return a struck note between −1 and 1: a rise of 15 ms, an exponential fall, a faint octave above."""
    count = round(seconds * RATE_HZ)
    turn = 2 * math.pi * frequency_hz / RATE_HZ
    return [
        min(1.0, i / (0.015 * RATE_HZ))
        * math.exp(-4.5 * i / count)
        * min(1.0, (count - i) / (0.05 * RATE_HZ))
        * (math.sin(turn * i) + 0.15 * math.sin(2 * turn * i))
        / 1.15
        for i in range(count)
    ]


@lru_cache(maxsize=1)
def chime() -> "Samples[int]":
    """Return the chime's samples, about 1.1 s, peak `CHIME_SHARE` of full scale."""
    start = round(SECOND_AFTER_S * RATE_HZ)
    mix = [0.0] * (start + round(NOTE_S * RATE_HZ))
    for offset, note in ((0, soft_note(HIGH_HZ, NOTE_S)), (start, soft_note(LOW_HZ, NOTE_S))):
        for i, value in enumerate(note):
            mix[offset + i] += value
    loudest = max(abs(value) for value in mix)
    return array("h", (round(value / loudest * CHIME_SHARE * 32_767) for value in mix))
