"""The demonstration's logo: a hall's door before two rivers, drawn by code.

It is nobody's mark. That of the State, with its Marianne, is protected: a prefecture that puts this product
into service sends the file it was given to the library itself.
"""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from server.domain.author import Author
from server.store.transactions.database import Database
from server.usecases.media.media_library import FRENCH, describe_medium
from server.usecases.media.uploads import Preparing, UploadPlace, media_folder, upload_medium

SIDE_PX = 256
"""Pages show it at 200 pixels or less; with 512 it weighed 17 kB on each first visit, now 6."""
_FINER = 4
_COLOURS = 32  # three, and those between them at their edges
_GREEN, _WHITE, _SAND = "#00564d", "#ffffff", "#e0d3b0"


def logo_png() -> bytes:
    """The logo as a PNG of 256 pixels a side."""
    side = SIDE_PX * _FINER
    image = Image.new("RGB", (side, side), _WHITE)
    draw = ImageDraw.Draw(image)

    def at(*places: float) -> list[float]:
        return [place * side for place in places]

    draw.rounded_rectangle(at(0, 0, 1, 1), radius=side * 0.2, fill=_GREEN)
    draw.polygon(at(0.5, 0.15, 0.85, 0.40, 0.15, 0.40), fill=_WHITE)
    for left in (0.21, 0.65):
        draw.rectangle(at(left, 0.45, left + 0.14, 0.70), fill=_WHITE)
    draw.pieslice(at(0.41, 0.45, 0.59, 0.63), 180, 360, fill=_SAND)
    draw.rectangle(at(0.41, 0.54, 0.59, 0.70), fill=_SAND)
    for top in (0.755, 0.845):
        draw.rounded_rectangle(at(0.15, top, 0.85, top + 0.045), radius=side * 0.0225, fill=_WHITE)
    small = image.resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
    small = small.quantize(_COLOURS, dither=Image.Dither.NONE)
    written = BytesIO()
    small.save(written, "PNG", optimize=True)
    return written.getvalue()


def make_logo(database: Database, var: Path, author: Author, name: str) -> str:
    """Puts the logo into the library of media below the folder `var`; its id."""
    files, png = media_folder(var), logo_png()
    medium = upload_medium(database, files, author, [png], place=UploadPlace(len(png)), file="logo.png")[
        "medium"
    ]
    # the picture is our own: it needs no process apart
    Preparing(database, files, lambda prepare, *values: prepare(*values)).prepare_waiting()
    describe_medium(database, author, medium, {FRENCH: name})
    return medium
