"""A paper opens the fonts of its folder, and no other file."""

from pathlib import Path

import pytest

from server.web.rendering.pdf import font_fetcher


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    fonts = tmp_path / "assets" / "fonts"
    fonts.mkdir(parents=True)
    (fonts / "a font.woff2").write_bytes(b"font")
    (tmp_path / "assets" / "secret.css").write_bytes(b"secret")
    (fonts / "led-away.css").symlink_to(tmp_path / "assets" / "secret.css")
    return tmp_path / "assets"


def test_a_font_of_the_folder_is_opened(assets: Path):
    address = (assets / "fonts" / "a font.woff2").as_uri()
    assert font_fetcher(assets).fetch(address).read() == b"font"


@pytest.mark.parametrize(
    "path",
    ["fonts/../secret.css", "fonts/%2e%2e/secret.css", "fonts/%2E./secret.css", "fonts/led-away.css"],
)
def test_no_other_file_is_opened_however_its_address_is_written(assets: Path, path: str):
    with pytest.raises(ValueError, match="not a font"):
        font_fetcher(assets).fetch(f"{assets.as_uri()}/{path}")


@pytest.mark.parametrize("start", ["http://127.0.0.1:9", "file://elsewhere", "data:text/css,"])
def test_no_address_of_elsewhere_is_opened(assets: Path, start: str):
    with pytest.raises(ValueError, match="not a font"):
        font_fetcher(assets).fetch(f"{start}{assets}/fonts/a%20font.woff2")
