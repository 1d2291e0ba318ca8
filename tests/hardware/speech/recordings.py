"""Recordings for tests: tones of known pitch and loudness, written in the formats a site may drop."""

import json
import math
import struct
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import av
from av.audio.stream import AudioStream

from hardware.speech.programs import SETTINGS_ENDING
from hardware.speech.sound import RATE_HZ, to_wav

WORDS = ("numero", "a", "0", "1", "2", "3", "4", "guichet")
FLOAT, INT64 = 1, 7
VOICE_RATE_HZ = 16_000
NOTE = 512


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


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    content = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _node(kind: str, inputs: tuple[str, ...], output: str, attribute: bytes = b"") -> bytes:
    names = b"".join(_bytes(1, name) for name in inputs)
    return _bytes(1, names + _bytes(2, output) + _bytes(4, kind) + attribute)


def _constant(name: str, kind: int, shape: tuple[int, ...], raw: bytes) -> bytes:
    dims = b"".join(_number(1, size) for size in shape)
    return _bytes(5, dims + _number(2, kind) + _bytes(8, name) + _bytes(9, raw))


def _value(field: int, name: str, kind: int, shape: tuple[int | str, ...]) -> bytes:
    dims = b"".join(
        _bytes(1, _number(1, size) if isinstance(size, int) else _bytes(2, size)) for size in shape
    )
    return _bytes(field, _bytes(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, dims))))


def _model() -> bytes:
    note = [math.sin(2 * math.pi * 500 * i / VOICE_RATE_HZ) / 300 for i in range(NOTE)]
    to_float = _bytes(5, _bytes(1, "to") + _number(3, FLOAT) + _number(20, 2))
    graph = b"".join(
        (
            _node("Cast", ("input",), "numbers", to_float),
            _node("Reshape", ("numbers", "column"), "rows"),
            _node("MatMul", ("rows", "note"), "notes"),
            _node("Reshape", ("notes", "line"), "output"),
            _bytes(2, "tiny"),
            _constant("column", INT64, (2,), struct.pack("<2q", -1, 1)),
            _constant("line", INT64, (3,), struct.pack("<3q", 1, 1, -1)),
            _constant("note", FLOAT, (1, NOTE), struct.pack(f"<{NOTE}f", *note)),
            _value(11, "input", INT64, ("batch", "phonemes")),
            _value(11, "input_lengths", INT64, ("batch",)),
            _value(11, "scales", FLOAT, (3,)),
            _value(12, "output", FLOAT, ("batch", "one", "time")),
        )
    )
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _bytes(1, "") + _number(2, 13))


def drop_voice(folder: Path, name: str = "fr_FR-tiny-low") -> Path:
    """A voice file and its settings, as a site drops them in a language's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789 ,.ɔeɛəɑaʁʀuyøœɡɲʃʒ\u0303ː"
    symbols = {letter: [number] for number, letter in enumerate(dict.fromkeys("_^$" + letters))}
    settings = {
        "audio": {"sample_rate": VOICE_RATE_HZ},
        "espeak": {"voice": "fr"},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "num_symbols": 256,
        "num_speakers": 1,
        "phoneme_id_map": symbols,
    }
    voice = folder / f"{name}.onnx"
    voice.write_bytes(_model())
    voice.with_suffix(SETTINGS_ENDING).write_text(json.dumps(settings), encoding="utf-8")
    return voice
