"""Videos: decoded and encoded again as VP9 in WebM, without sound, which every Chromium plays.

Videos are silent because screens speak the calls.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import IO, cast

import av
import av.error
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from signage.media import ContentType, MediaLimits, MediumRefused, Prepared
from signage.media.images import check_pixels, on_white, thumbnail, write_file, write_image

_DEMUXERS = {"mp4": "mov", "matroska": "matroska", "avi": "avi", "mpeg": "mpegts"}
CODECS = frozenset(
    {"h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mpeg2video", "mpeg1video", "mjpeg", "prores"}
)
"""The codecs that are decoded: those of cameras, telephones and common programs."""
ENCODER = "libvpx-vp9"
_SPEED = {"deadline": "realtime", "cpu-used": "6", "row-mt": "1", "crf": "32", "b": "0"}
_MS = Fraction(1, 1000)


def prepare_video(source: Path, kind: ContentType, folder: Path, limits: MediaLimits) -> Prepared:
    """Writes a video for screens, and its first picture as poster, into the folder.

    Raises MediumRefused: medium_broken, medium_unknown_codec, medium_too_many_pixels, medium_too_long,
    storage_full.

    """
    try:
        # from an open file, so that other files that it names cannot be opened
        with source.open("rb") as file, av.open(file, "r", format=_DEMUXERS[kind]) as container:
            film = _Film(container, limits)
            video = write_file(folder, "page", "webm", film.size, film.write)
            poster = write_image(film.first, folder, "poster", "jpg")
            return Prepared("video", (video, poster, thumbnail(film.first, folder, limits.thumbnail_side)))
    except (av.error.FFmpegError, EOFError, IndexError, ValueError, OverflowError) as error:
        raise MediumRefused("medium_broken") from error


class _Film:
    """The conversion of one video, within the limits of size, frame rate and length."""

    def __init__(self, container: InputContainer, limits: MediaLimits) -> None:
        self.container, self.limits = container, limits
        if not container.streams.video:
            raise MediumRefused("medium_broken")
        self.stream: VideoStream = container.streams.video[0]
        context = cast("VideoCodecContext | None", self.stream.codec_context)
        name = None if context is None else context.codec.canonical_name
        if context is None or name not in CODECS:
            raise MediumRefused("medium_unknown_codec", codec=name or "")
        check_pixels(context.width, context.height, limits.video_pixels)
        if container.duration is not None and container.duration / av.time_base > limits.video_s:
            raise MediumRefused("medium_too_long", seconds=int(limits.video_s))
        context.thread_type = "AUTO"
        self._pictures = self._decoded()
        self._opening = next(self._pictures, None)
        if self._opening is None:
            raise MediumRefused("medium_broken")
        self.first = _upright(self._opening)
        self.size = self._target(self.first.size, self._opening)
        self.first = self.first.resize(self.size)

    def _target(self, size: tuple[int, int], frame: VideoFrame) -> tuple[int, int]:
        """The size of the result: square pixels, even numbers, no side longer than the limit."""
        width, height = float(size[0]), float(size[1])
        ratio = float(self.stream.sample_aspect_ratio or 1)
        if 1 / 4 < ratio < 4:
            width, height = (width, height * ratio) if frame.rotation % 180 else (width * ratio, height)
        scale = min(1.0, self.limits.video_side / max(width, height))
        return max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2)

    def _decoded(self) -> Iterator[VideoFrame]:
        """Each picture that is shown, in order, with its time in milliseconds since the first as `pts`."""
        started_ms: int | None = None
        shown_until = -1
        step = 1000 // self.limits.video_fps
        for number, frame in enumerate(self.container.decode(self.stream)):
            check_pixels(frame.width, frame.height, self.limits.video_pixels)
            time_ms = number * step if frame.time is None else round(frame.time * 1000)
            started_ms = time_ms if started_ms is None else started_ms
            at_ms = time_ms - started_ms
            if at_ms > self.limits.video_s * 1000 or number > self.limits.video_s * 240:
                raise MediumRefused("medium_too_long", seconds=int(self.limits.video_s))
            if at_ms >= shown_until:
                shown_until = at_ms + step
                frame.pts, frame.time_base = at_ms, _MS
                yield frame

    def write(self, file: IO[bytes]) -> int:
        """Writes the video; how long it lasts, in milliseconds."""
        with av.open(file, "w", format="webm") as made:
            out = cast(
                VideoStream, made.add_stream(ENCODER, rate=self.limits.video_fps, options=dict(_SPEED))
            )
            out.width, out.height = self.size
            out.pix_fmt = "yuv420p"
            out.time_base = out.codec_context.time_base = _MS
            last_ms = step_ms = 0
            for frame in self._every():
                step_ms = max(1, (frame.pts or 0) - last_ms)
                last_ms = frame.pts or 0
                for packet in out.encode(self._fitted(frame)):
                    made.mux(packet)
            for packet in out.encode(None):
                made.mux(packet)
        return last_ms + step_ms

    def _every(self) -> Iterator[VideoFrame]:
        assert self._opening is not None
        yield self._opening
        yield from self._pictures

    def _fitted(self, frame: VideoFrame) -> VideoFrame:
        width, height = self.size
        upright: VideoFrame = frame
        if frame.rotation:
            upright = VideoFrame.from_image(_upright(frame))  # type: ignore[no-untyped-call]
        fitted = upright.reformat(width=width, height=height, format="yuv420p")
        fitted.pts, fitted.time_base = frame.pts, _MS
        return fitted


def _upright(frame: VideoFrame) -> Image.Image:
    """A frame as an image, turned as the video's metadata says."""
    image = on_white(frame.to_image())  # type: ignore[no-untyped-call]
    return image.rotate(frame.rotation, expand=True) if frame.rotation else image
