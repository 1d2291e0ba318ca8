"""The picture a screen sends of itself: decoded, made small enough and encoded again, like any upload."""

import io
import warnings

from PIL import Image

from signage.media.content_types import HEAD_BYTES, content_type
from signage.media.images import check_pixels, on_white
from signage.media.prepared import MediumRefused

MOST_BYTES = 200_000
MOST_PIXELS = 4_000_000
LONGEST_SIDE = 960
QUALITY = 80
_FORMATS = {"jpeg": "JPEG", "webp": "WEBP"}


def prepare_screen_picture(content: bytes) -> bytes:
    """The picture as WebP without metadata, 960 pixels a side at most.

    Raises MediumRefused: medium_unknown_type for anything but JPEG and WebP, as `content_type` else;
    medium_too_many_pixels, medium_animated, medium_broken.
    """
    kind = content_type(content[:HEAD_BYTES])
    if kind not in _FORMATS:
        raise MediumRefused("medium_unknown_type")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as opened:
                check_pixels(opened.width, opened.height, MOST_PIXELS)
                if kind == "webp" and getattr(opened, "is_animated", False):
                    raise MediumRefused("medium_animated")
                image = on_white(opened)
    except MediumRefused:
        raise
    except Exception as error:
        # a decoder may fail on hostile bytes in any way
        raise MediumRefused("medium_broken") from error
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = io.BytesIO()
    image.save(written, "WEBP", quality=QUALITY)
    return written.getvalue()
