"""Still images: measured, decoded, turned upright, made small enough, and encoded without metadata."""

import io
import warnings
from pathlib import Path
from typing import IO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from signage.media.content_types import ContentType
from signage.media.limits import MediaLimits
from signage.media.prepared import MediumRefused, Prepared
from signage.media.writing import thumbnail, write_image

FORMATS = {"jpeg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP"}
"""The kinds of still pictures, by their names in Pillow."""
_EXTENSIONS = {"jpeg": "jpg", "png": "png", "gif": "png", "webp": "webp"}


def prepare_image(source: Path, kind: ContentType, folder: Path, limits: MediaLimits) -> Prepared:
    """Writes the image of a file for screens into the folder, on white where it is transparent.

    Raises MediumRefused: medium_broken, medium_animated, medium_too_many_pixels, storage_full.

    """
    image = decode_upright(source, kind, limits)
    image.thumbnail((limits.longest_side, limits.longest_side))
    page = write_image(image, folder, "page", _EXTENSIONS[kind])
    return Prepared("image", (page, thumbnail(image, folder, limits.thumbnail_side)))


def decode_upright(source: Path | IO[bytes], kind: ContentType, limits: MediaLimits) -> Image.Image:
    """The decoded image in sRGB, turned as its metadata says, in memory without them.

    Its size is checked before decoding. Raises MediumRefused: medium_broken, medium_animated,
    medium_too_many_pixels.
    """
    try:
        with warnings.catch_warnings():
            # its size is checked below, against our own limit
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(source, formats=[FORMATS[kind]]) as opened:
                check_pixels(opened.width, opened.height, limits.pixels)
                if getattr(opened, "is_animated", False) and kind != "jpeg":
                    raise MediumRefused("medium_animated")
                opened.load()
                return on_white(_in_srgb(ImageOps.exif_transpose(opened)))
    except Image.DecompressionBombError as error:
        raise MediumRefused("medium_too_many_pixels", megapixels=limits.pixels // 1_000_000) from error
    except MediumRefused:
        raise
    except MemoryError:
        raise
    except (UnidentifiedImageError, Exception) as error:
        # a decoder may fail on hostile bytes in any way
        raise MediumRefused("medium_broken") from error


def check_pixels(width: int, height: int, most: int) -> None:
    """Raises MediumRefused (medium_too_many_pixels) when a picture has more pixels than `most`."""
    if width * height > most:
        raise MediumRefused("medium_too_many_pixels", megapixels=most // 1_000_000)


def on_white(image: Image.Image) -> Image.Image:
    """The image in red, green and blue; white shows through where it is transparent."""
    if image.mode.startswith("I;16") or image.mode == "I":
        image = image.point(lambda value: value / 256).convert("L")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        over = image.convert("RGBA")
        ground = Image.new("RGBA", over.size, "white")
        ground.alpha_composite(over)
        image = ground
    plain = image.convert("RGB")
    plain.info.clear()
    return plain


def _in_srgb(image: Image.Image) -> Image.Image:
    """The image with its colour profile applied; a profile that cannot be read is ignored."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "CMYK"):
        return image
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        turned = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except ImageCms.PyCMSError:
        return image
    return image if turned is None else turned
