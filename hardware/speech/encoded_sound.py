"""A rendered sound made small for the network, in a form that every browser decodes.

It is loaded where sound is rendered only, never by the server's own process.
"""

import io

import av

from hardware.speech.sound import RATE_HZ

BIT_RATE = 40_000
"""Bits a second: speech and a chime at 22,050 Hz, a ninth of the samples."""


def to_mp3(wav: bytes) -> bytes:
    """Return a WAV file of ours as MP3."""
    out = io.BytesIO()
    with av.open(io.BytesIO(wav), "r", format="wav") as source, av.open(out, "w", format="mp3") as target:
        stream = target.add_stream("libmp3lame", rate=RATE_HZ)
        stream.bit_rate = BIT_RATE
        stream.layout = "mono"
        resampler = av.AudioResampler(format="s16p", layout="mono", rate=RATE_HZ)
        for frame in source.decode(audio=0):
            for piece in resampler.resample(frame):
                target.mux(stream.encode(piece))
        for piece in resampler.resample(None):
            target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return out.getvalue()
