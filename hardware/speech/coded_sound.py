"""Sound in the formats of others: recordings of a site to our form, and ours made small for the network.

By FFmpeg's libraries. It is loaded where sound is rendered or examined only, never by the server's own
process.
"""

import io
from array import array
from itertools import chain
from pathlib import Path

import av
import av.error
from av.audio.resampler import AudioResampler

from hardware.speech.sound import RATE_HZ, Samples, trim

DEMUXERS = {".wav": "wav", ".ogg": "ogg", ".opus": "ogg", ".flac": "flac", ".mp3": "mp3", ".m4a": "mov"}
"""Formats by the ending of a file's name; a file is read as what its name says, never as a list of others."""
MOST_BYTES = 10_000_000
BIT_RATE = 40_000
"""Bits a second: speech and a chime at 22,050 Hz, a ninth of the samples."""


class SoundRefused(Exception):
    """A file that is no usable recording: a code with its values, and the end of a sentence for the log.

    That sentence begins with the file's name.
    """

    def __init__(self, code: str, explanation: str, **values: object) -> None:
        super().__init__(explanation)
        self.code = code
        self.values = values


def decode_file(path: Path, *, longest_s: float) -> "Samples[int]":
    """Return a recording without the silence around it. Raises SoundRefused."""
    try:
        size = path.stat().st_size
        if not size:
            raise SoundRefused("empty", "is empty")
        if size > MOST_BYTES:
            most = MOST_BYTES // 1_000_000
            raise SoundRefused("too_large", f"is larger than {most} MB", most=most)
        samples = trim(_read(path, most=round(longest_s * RATE_HZ)))
    except (av.error.FFmpegError, EOFError, IndexError, ValueError, OverflowError) as error:
        raise SoundRefused("no_sound_file", "is not a sound that can be read") from error
    except OSError as error:
        raise SoundRefused("closed", f"cannot be opened ({error.strerror})", why=error.strerror) from error
    if not samples:
        raise SoundRefused("silent", "is silent")
    return samples


def _read(path: Path, *, most: int) -> "Samples[int]":
    """Every sample. It is read from an open file, so other files that it names cannot be opened."""
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    samples = array("h")
    with path.open("rb") as file, av.open(file, "r", format=DEMUXERS[path.suffix.lower()]) as container:
        if not container.streams.audio:
            raise SoundRefused("without_sound", "holds no sound")
        for frame in chain(container.decode(container.streams.audio[0]), (None,)):
            for piece in resampler.resample(frame):
                samples.frombytes(bytes(piece.planes[0])[: 2 * piece.samples])
            if len(samples) > most:
                raise SoundRefused(
                    "too_long", f"is longer than {most / RATE_HZ:g} s", most=round(most / RATE_HZ)
                )
    return samples


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
