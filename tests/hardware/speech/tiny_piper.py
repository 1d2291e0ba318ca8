"""A Piper voice for tests: a real ONNX model of four operations, with the inputs and output such voices have.

It turns each phoneme into a note of 512 samples, the louder the greater its number. Written as protocol
buffers by hand: numbers are those of the ONNX format (https://onnx.ai/onnx/repo-docs/IR.html).
"""

import json
import math
import struct
from pathlib import Path

from hardware.speech.programs import SETTINGS_ENDING

FLOAT, INT64 = 1, 7
RATE_HZ = 16_000
NOTE = 512


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
    note = [math.sin(2 * math.pi * 500 * i / RATE_HZ) / 300 for i in range(NOTE)]
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
        "audio": {"sample_rate": RATE_HZ},
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
