"""Uploads a test makes: honest ones, and hostile ones made cheaply."""

import io
import struct
import zipfile
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageDraw
from pillow_heif import register_heif_opener

register_heif_opener()


def image(form: str, size: tuple[int, int] = (64, 40), mode: str = "RGB", **options: Any) -> bytes:
    """A picture whose left half is red."""
    made = Image.new(mode, size, "white" if mode != "RGBA" else (0, 0, 0, 0))
    red = (255, 0, 0, 255) if mode == "RGBA" else "red" if mode == "RGB" else 0
    ImageDraw.Draw(made).rectangle((0, 0, size[0] // 2 - 1, size[1]), fill=red)
    file = io.BytesIO()
    made.save(file, form, **options)
    return file.getvalue()


def taken(shade: int) -> bytes:
    """A photograph with the maker of its camera in its metadata."""
    exif = Image.Exif()
    exif[0x010F] = "Appareil"
    return image("JPEG", (60 + shade, 40), exif=exif)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def declared_png(width: int, height: int, rows: int = 0) -> bytes:
    """A PNG that says how large it is and holds `rows` black rows of its pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(1 + 3 * width) * rows, 9)
    chunks = _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def declaring(picture: bytes, width: int, height: int) -> bytes:
    """A HEIC or AVIF picture that says it has another size (its box `ispe`)."""
    place = picture.index(b"ispe") + 8
    return picture[:place] + struct.pack(">II", width, height) + picture[place + 8 :]


def zipped() -> bytes:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("notice.txt", "x" * 100)
    return file.getvalue()


def pdf(pages: int = 1, *, catalogue: str = "", content: str = "") -> bytes:
    """A PDF document with a black square low on the left of each page."""
    drawn = content or "0 0 0 rg 0 0 100 100 re f"
    kids = " ".join(f"{3 + 2 * number} 0 R" for number in range(pages))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalogue} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
    ]
    for number in range(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 300] /Contents {4 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    made, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    trailer = f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(made)}\n%%EOF\n"
    return made + f"xref\n0 {size}\n0000000000 65535 f \n{table}".encode() + trailer.encode()


SCRIPTED = pdf(
    catalogue="/OpenAction << /S /JavaScript /JS (app.alert\\('x'\\); while \\(true\\) {}) >>"
    " /AA << /WC << /S /Launch /F (/bin/true) >> >>"
)
"""A PDF document whose scripts would never end."""


@cache
def video(
    codec: str = "libvpx-vp9",
    form: str = "webm",
    *,
    pictures: int = 12,
    size: tuple[int, int] = (96, 64),
    rotation: int = 0,
    pixels: str = "yuv420p",
) -> bytes:
    """A video at 12 pictures a second, whose left half is red."""
    file = io.BytesIO()
    with av.open(file, "w", format=form) as made:
        stream: Any = made.add_stream(codec, rate=12)
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        if rotation:
            stream.set_display_rotation(rotation)
        still = Image.new("RGB", size, "white")
        ImageDraw.Draw(still).rectangle((0, 0, size[0] // 2 - 1, size[1]), fill="red")
        for _ in range(pictures):
            made.mux(stream.encode(av.VideoFrame.from_image(still)))
        made.mux(stream.encode(None))
    return file.getvalue()


def put(folder: Path, content: bytes, name: str = "upload") -> Path:
    """The upload as a file."""
    place = folder / name
    place.write_bytes(content)
    return place
