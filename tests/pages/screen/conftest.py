"""A hall of the contract, its sounds and its media; its screen in a browser, live."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from hardware.speech.sound import silence, to_wav
from tests.harness.dom.dom_pages import DomPage, Opens, expect
from tests.signage.contract_server import ContractServer
from tests.signage.programmes import make_media


@pytest.fixture
def audio_folder(tmp_path: Path) -> Path:
    """Sounds of a few tenths of a second, and a long one."""
    (tmp_path / "short.wav").write_bytes(to_wav(silence(0.4)))
    (tmp_path / "alert.wav").write_bytes(to_wav(silence(0.2)))
    (tmp_path / "long.wav").write_bytes(to_wav(silence(30.0)))
    return tmp_path


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image upright and one lying, a film of two seconds, and files that are none."""
    folder = tmp_path_factory.mktemp("media")
    make_media(folder)
    return folder


@pytest.fixture
def hall(assets_dir: Path, audio_folder: Path) -> Iterator[ContractServer]:
    """A hall with sounds and without media."""
    server = ContractServer(assets_dir, audio_folder)
    yield server
    server.stop()


@pytest.fixture
def media_hall(assets_dir: Path, media: Path) -> Iterator[ContractServer]:
    """A hall with media and without sounds."""
    server = ContractServer(assets_dir, media)
    yield server
    server.stop()


# --- a hall's screen in a browser -------------------------------------------------------------


SIZES = {"landscape": (1920, 1080), "portrait": (1080, 1920), "laptop": (1366, 768)}
LONG_DIRECTION = "au fond du couloir à gauche après l’escalier, porte bleue face aux distributeurs"
NOTICE = {
    "id": "n1",
    "title": {"fr": "Le vendredi, l’accueil reste ouvert entre 12\u00a0h et 14\u00a0h"},
    "body": {"fr": "Deux guichets vous reçoivent pendant la pause de midi."},
    "category": "hours",
}
ARABIC = {
    "id": "n2",
    "title": {"ar": "مكتب الاستقبال مفتوح يوم الجمعة"},
    "body": {"ar": "شباكان يستقبلانكم خلال استراحة منتصف النهار."},
    "category": "hours",
}
CLOCK = "{ const real = Date.now; window.ahead = 0; Date.now = () => real() + window.ahead; }"
"""A script that lets the page's clock jump ahead; its timers wait as always."""
KNOWS_THE_DAY = "Boolean(localStorage['parvis.screen']?.includes('has_sound'))"
"""Whether the screen has what its hall publishes for the day."""
MEASURE = """() => {
  const isWide = innerWidth > innerHeight, [w, h] = isWide ? [1920, 1080] : [1080, 1920];
  const unit = Math.min(innerWidth / w, innerHeight / h), found = [];
  for (const element of document.querySelectorAll("body *")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!hasText || element.closest(".unseen, noscript, script") || !element.checkVisibility()) continue;
    const size = parseFloat(getComputedStyle(element).fontSize) / unit, range = document.createRange();
    range.selectNodeContents(element);
    const text = range.getBoundingClientRect(), name = element.className || element.tagName;
    if (size < 55.9) found.push(`${name} is ${size} px`);
    for (let box = element; box; box = box.parentElement) {
      // what has no room stands whole in a line or column that nobody sees
      const { overflowX } = getComputedStyle(box), open = box.getBoundingClientRect();
      const isUnseen = text.top > open.bottom - size * unit * 0.2 || text.left >= open.right;
      if (overflowX === "clip" && isUnseen) break;
      const edge = box === document.documentElement ? { left: 0, right: innerWidth, bottom: innerHeight }
        : ["hidden", "clip"].includes(overflowX) ? open : null;
      if (!edge) continue;
      const isCut = text.right > edge.right + 2 || text.left < edge.left - 2;
      if (isCut || text.bottom > edge.bottom + size * unit * 0.2)
        found.push(`${name} is cut: ${element.textContent.slice(0, 40)}`);
    }
  }
  return found;
}"""
"""The texts smaller than 56 px, or cut."""


def opened[P: (Page, DomPage)](
    pages: Opens[P], hall: ContractServer, size: str = "landscape", **context: Any
) -> P:
    """The screen's page, live."""
    width, height = SIZES[size]
    page = pages.open(f"{hall.url}/screen#t=good", width=width, height=height, **context)
    expect(page.locator("body")).not_to_have_attribute("data-view", "connecting")
    return page
