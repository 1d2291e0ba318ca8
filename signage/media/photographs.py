"""A photograph for people at work: decoded, turned upright, made small enough, encoded without metadata."""

import io

from signage.media.content_types import HEAD_BYTES, content_type
from signage.media.images import FORMATS, decode_upright
from signage.media.limits import LIMITS
from signage.media.prepared import MediumRefused

LONGEST_SIDE = 1600
QUALITY = 80
"""Of WebP, 0 to 100: a sign can be read at the width of a page."""


def prepare_photograph(content: bytes) -> bytes:
    """The photograph as WebP without metadata, 1,600 pixels a side at most.

    Raises MediumRefused: medium_unknown_type for anything but JPEG, PNG, GIF and WebP, as `content_type`
    else; medium_animated, medium_too_many_pixels, medium_broken.
    """
    kind = content_type(content[:HEAD_BYTES])
    if kind not in FORMATS:
        raise MediumRefused("medium_unknown_type")
    image = decode_upright(io.BytesIO(content), kind, LIMITS)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = io.BytesIO()
    image.save(written, "WEBP", quality=QUALITY, exif=b"")
    return written.getvalue()
