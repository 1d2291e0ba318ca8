"""The chime before a spoken call: two soft falling notes.

It must not be taken for an alarm. Evacuation signals of buildings are a continuous sound swept between 554
and 440 Hz (NF S 32-001) and alarms repeat fast, loud, steady tones; this is two struck notes that fall and
die away, once, at less than half the loudness of the voice.
"""

from array import array
from functools import lru_cache

from hardware.speech.sound import RATE_HZ, Samples, soft_note

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
