"""Uploads of any name become files for screens; hostile ones are refused with a code."""

import hashlib
import io
from contextlib import suppress
from pathlib import Path

import av
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from signage.media import MediaLimits, MediumRefused, Prepared, PreparedFile, prepare
from tests.harness.counts import count
from tests.signage.media.uploads import SCRIPTED, declared_png, declaring, image, pdf, put, video, zipped

SMALL = MediaLimits(pixels=10_000, longest_side=80, pages=2, page_side=300, video_s=1.5, video_side=64)


def prepared(folder: Path, content: bytes, name: str = "upload", limits: MediaLimits = SMALL) -> Prepared:
    """What an upload becomes; nothing but the files it names is in the folder."""
    made = folder / "made"
    made.mkdir(exist_ok=True)
    found = prepare(put(folder, content, name), made, limits)
    assert {path.name for path in made.iterdir()} == {file.name for file in found.files}
    for file in found.files:
        written = (made / file.name).read_bytes()
        assert (hashlib.sha256(written).hexdigest(), len(written)) == (file.sha256, file.size)
    return found


def refused(folder: Path, content: bytes, limits: MediaLimits = SMALL) -> str:
    """The code an upload is refused with; nothing is left of it."""
    made = folder / "made"
    made.mkdir(exist_ok=True)
    with pytest.raises(MediumRefused) as found:
        prepare(put(folder, content, "notice.png"), made, limits)
    assert list(made.iterdir()) == []
    return found.value.code


def opened(folder: Path, file: PreparedFile) -> Image.Image:
    shown = Image.open(folder / "made" / file.name)
    shown.load()
    assert shown.size == (file.width, file.height)
    return shown


def is_red(picture: Image.Image, x: int, y: int) -> bool:
    red, green, blue = picture.convert("RGB").getpixel((x, y))  # type: ignore[misc]
    return red > 200 and green < 60 and blue < 60


# --- images -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "extension"),
    [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("GIF", "png"), ("HEIF", "jpg"), ("AVIF", "webp")],
)
def test_an_image_is_encoded_again_with_a_thumbnail(tmp_path: Path, form: str, extension: str):
    found = prepared(tmp_path, image(form), name="notice.exe")
    assert found.kind == "image"
    assert [(file.role, file.extension) for file in found.files] == [
        ("page", extension),
        ("thumbnail", "webp"),
    ]
    shown = opened(tmp_path, found.files[0])
    assert shown.size == (64, 40)
    assert is_red(shown, 5, 20)
    assert not is_red(shown, 60, 20)


def test_a_large_image_is_made_smaller(tmp_path: Path):
    assert opened(tmp_path, prepared(tmp_path, image("JPEG", (160, 40))).files[0]).size == (80, 20)


@pytest.mark.parametrize("form", ["JPEG", "HEIF", "AVIF"])
def test_metadata_turns_the_image_and_is_gone(tmp_path: Path, form: str):
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010E] = "a name in the metadata"
    made = image(form, exif=exif.tobytes())
    assert b"a name" in made
    found = prepared(tmp_path, made)
    shown = opened(tmp_path, found.files[0])
    assert shown.size == (40, 64)
    assert is_red(shown, 20, 5)
    for file in found.files:
        written = (tmp_path / "made" / file.name).read_bytes()
        assert b"a name" not in written
        assert not Image.open(io.BytesIO(written)).getexif()


def test_transparent_pixels_become_white(tmp_path: Path):
    shown = opened(tmp_path, prepared(tmp_path, image("PNG", mode="RGBA")).files[0])
    assert shown.convert("RGB").getpixel((60, 20)) == (255, 255, 255)
    assert is_red(shown, 5, 20)


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "I;16", "1"])
def test_every_kind_of_pixel_becomes_red_green_and_blue(tmp_path: Path, mode: str):
    file = io.BytesIO()
    Image.new(mode, (20, 10)).save(file, "JPEG" if mode == "CMYK" else "PNG")
    assert opened(tmp_path, prepared(tmp_path, file.getvalue()).files[0]).mode == "RGB"


def test_an_image_of_a_hundred_megapixels_is_refused_before_it_is_decoded(tmp_path: Path):
    assert refused(tmp_path, declared_png(10_000, 10_000), MediaLimits()) == "medium_too_many_pixels"
    assert refused(tmp_path, declared_png(60_000, 60_000), MediaLimits()) == "medium_too_many_pixels"
    assert refused(tmp_path, image("JPEG", (101, 100))) == "medium_too_many_pixels"


@pytest.mark.parametrize("form", ["HEIF", "AVIF"])
def test_the_size_that_a_photograph_of_a_telephone_declares_is_checked_before_it_is_decoded(
    tmp_path: Path, form: str
):
    small = image(form, (128, 64))
    assert refused(tmp_path, declaring(small, 10_000, 6_000), MediaLimits()) == "medium_too_many_pixels"
    assert refused(tmp_path, image(form, (160, 100))) == "medium_too_many_pixels"
    assert opened(tmp_path, prepared(tmp_path, small).files[0]).size == (80, 40)


def test_a_photograph_that_is_larger_than_it_declares_is_refused_or_as_large_as_declared(tmp_path: Path):
    assert refused(tmp_path, declaring(image("HEIF", (1600, 1200)), 40, 30)) == "medium_broken"
    lying = prepared(tmp_path, declaring(image("AVIF", (1600, 1200)), 40, 30))
    assert opened(tmp_path, lying.files[0]).size == (40, 30)


def test_a_decompression_bomb_is_refused(tmp_path: Path):
    bomb = declared_png(4000, 4000, rows=4000)
    assert len(bomb) < 60_000
    assert refused(tmp_path, bomb) == "medium_too_many_pixels"


def test_a_moving_image_is_refused(tmp_path: Path):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    for form in ("GIF", "PNG", "WEBP"):
        file = io.BytesIO()
        frames[0].save(file, form, save_all=True, append_images=frames[1:])
        assert refused(tmp_path, file.getvalue()) == "medium_animated"


def test_bytes_after_an_image_are_dropped(tmp_path: Path):
    """A file that is an image and an archive at once is an image afterwards."""
    found = prepared(tmp_path, image("PNG") + zipped())
    assert b"PK\x03\x04" not in (tmp_path / "made" / found.files[0].name).read_bytes()


# --- documents --------------------------------------------------------------------------------


def test_the_pages_of_a_document_become_images(tmp_path: Path):
    found = prepared(tmp_path, pdf(2))
    assert found.kind == "document"
    assert [file.role for file in found.files] == ["page", "thumbnail", "page"]
    shown = opened(tmp_path, found.files[0])
    assert shown.size == (200, 300)
    grey = shown.convert("L").tobytes()
    assert grey[280 * 200 + 20] < 30
    assert grey[20 * 200 + 150] > 225


def test_scripts_of_a_document_never_run(tmp_path: Path):
    assert prepared(tmp_path, SCRIPTED).kind == "document"


def test_a_page_of_any_size_becomes_an_image_of_the_usual_size(tmp_path: Path):
    huge = pdf().replace(b"[0 0 200 300]", b"[0 0 200000 300]")
    assert max(opened(tmp_path, prepared(tmp_path, huge).files[0]).size) == 300


def test_a_long_document_is_refused(tmp_path: Path):
    assert refused(tmp_path, pdf(3)) == "medium_too_many_pages"


def test_a_locked_document_is_refused(tmp_path: Path):
    locked = pdf().replace(
        b"/Root 1 0 R",
        b"/Root 1 0 R /ID [<00><00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4"
         b" /O <" + b"00" * 32 + b"> /U <" + b"00" * 32 + b"> >>",
    )  # fmt: skip
    assert refused(tmp_path, locked) == "medium_locked"


# --- videos -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codec", "form"),
    [("libx264", "mp4"), ("libvpx-vp9", "webm"), ("mpeg4", "avi"), ("mpeg2video", "mpegts")],
)
def test_a_video_is_encoded_again_without_sound_and_with_a_poster(tmp_path: Path, codec: str, form: str):
    found = prepared(tmp_path, video(codec, form))
    assert found.kind == "video"
    shown, poster, small = found.files
    assert (shown.extension, shown.width, shown.height) == ("webm", 64, 42)
    assert shown.duration_ms == pytest.approx(1000, abs=100)
    assert (poster.role, small.role) == ("poster", "thumbnail")
    assert is_red(opened(tmp_path, poster), 5, 20)
    with av.open(str(tmp_path / "made" / shown.name)) as film:
        assert [stream.type for stream in film.streams] == ["video"]
        assert film.streams.video[0].codec_context.codec.canonical_name == "vp9"
        pictures = list(film.decode(video=0))
        assert len(pictures) == 12
        assert is_red(pictures[-1].to_image(), 5, 20)


def test_an_upright_video_is_shown_upright(tmp_path: Path):
    found = prepared(tmp_path, video("libx264", "mp4", rotation=90))
    assert (found.files[0].width, found.files[0].height) == (42, 64)
    poster = opened(tmp_path, found.files[1])
    assert is_red(poster, 20, 60) != is_red(poster, 20, 5)


def test_a_video_in_an_unknown_codec_is_refused(tmp_path: Path):
    assert refused(tmp_path, video("ffv1", "matroska")) == "medium_unknown_codec"
    nameless = video("libx264", "mp4").replace(b"avc1", b"zzzz")
    assert refused(tmp_path, nameless) in ("medium_unknown_codec", "medium_broken")


def test_a_long_video_is_refused_despite_its_head(tmp_path: Path):
    assert refused(tmp_path, video(pictures=30)) == "medium_too_long"
    assert refused(tmp_path, video("mpeg2video", "mpegts", pictures=30)) == "medium_too_long"


def test_a_video_of_large_pictures_is_refused(tmp_path: Path):
    limits = MediaLimits(video_pixels=90 * 60)
    assert refused(tmp_path, video(), limits) == "medium_too_many_pixels"


# --- neither ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "medium_empty"),
        (zipped(), "medium_archive"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "medium_svg"),
        (b"<?xml version='1.0'?>\n<!-- x --><svg onload='x'/>", "medium_svg"),
        (b"<html><script>1</script></html>", "medium_unknown_type"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "medium_broken"),
        (b"\x00\x00\x00\x18ftypavif" + bytes(40), "medium_broken"),
        (b"\x00\x00\x00\x18ftypavis" + bytes(40), "medium_animated"),
        (b"MZ" + bytes(200), "medium_unknown_type"),
    ],
)
def test_a_file_that_is_no_feed_is_refused_with_its_own_code(tmp_path: Path, content: bytes, code: str):
    assert refused(tmp_path, content) == code


WHOLE = {
    "jpeg": image("JPEG"),
    "png": image("PNG"),
    "webp": image("WEBP"),
    "gif": image("GIF"),
    "heic": image("HEIF"),
    "avif": image("AVIF"),
    "pdf": pdf(2),
    "mp4": video("libx264", "mp4"),
    "webm": video(),
}


@pytest.mark.parametrize("kind", WHOLE)
@settings(max_examples=count(small=8, large=400), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0.0, 0.999))
@example(share=0.0)
@example(share=0.5)
def test_a_file_cut_off_is_refused_or_still_whole_enough(tmp_path: Path, kind: str, share: float):
    """Some formats end with unused bytes; the picture is decoded completely all the same."""
    whole = WHOLE[kind]
    _prepared_or_refused(tmp_path, whole[: int(len(whole) * share)])


@settings(
    max_examples=count(small=60, large=4_000), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    content=st.one_of(
        st.binary(max_size=2_000),
        st.tuples(
            st.sampled_from(sorted(WHOLE.values(), key=len)),
            st.lists(st.tuples(st.integers(0, 3_000), st.binary(min_size=1, max_size=4)), max_size=6),
        ),
    )
)
def test_any_bytes_are_prepared_or_refused(
    tmp_path: Path, content: bytes | tuple[bytes, list[tuple[int, bytes]]]
):
    if isinstance(content, tuple):
        whole, changes = content
        changed = bytearray(whole)
        for place, new in changes:
            changed[place % len(whole) : place % len(whole) + len(new)] = new
        content = bytes(changed)
    _prepared_or_refused(tmp_path, content)


def _prepared_or_refused(folder: Path, content: bytes) -> None:
    made = folder / "made"
    made.mkdir(exist_ok=True)
    files: tuple[PreparedFile, ...] = ()
    with suppress(MediumRefused):
        files = prepare(put(folder, content), made, SMALL).files
    for file in files:
        (made / file.name).unlink(missing_ok=True)  # two may be equal
    assert list(made.iterdir()) == []


def test_a_full_disk_is_reported_and_leaves_nothing(tmp_path: Path):
    """`/dev/full` has no room for anything, as a disk that has filled up."""
    from signage.media.images import write_file

    with (
        pytest.raises(MediumRefused, match="storage_full"),
        Path("/dev/full").open("wb", buffering=0) as full,
    ):
        write_file(tmp_path, "page", "png", (1, 1), lambda _: full.write(b"x"))
    assert list(tmp_path.iterdir()) == []
