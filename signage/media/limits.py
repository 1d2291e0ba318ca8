"""Limits of uploads, for the process that prepares them and the screens that show them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """Pixels, seconds and pages. An image is measured before it is decoded.

    `pixels`: width times height of an image; `longest_side`: of the image made from it; `page_side`: the
    longest side of a document's page; `font_bytes`: of a font file; `video_pixels`: of a picture of a video;
    `video_side`: of the video made from it.
    """

    pixels: int = 50_000_000
    longest_side: int = 3840
    pages: int = 30
    page_side: int = 2160
    video_s: float = 180.0
    video_pixels: int = 3840 * 2160
    video_side: int = 1920
    video_fps: int = 30
    font_bytes: int = 5_000_000
    thumbnail_side: int = 320


LIMITS = MediaLimits()
