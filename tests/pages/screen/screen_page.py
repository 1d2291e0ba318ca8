"""A hall's screen in a browser: its sizes, its page once it is live, and what must hold for its letters."""

import re
from typing import Any

from playwright.sync_api import Page

from tests.harness.dom.dom_pages import DomPage, Opens, expect
from tests.signage.contract_server import ContractServer

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
      const edge = box === document.documentElement ? { left: 0, right: innerWidth, bottom: innerHeight }
        : getComputedStyle(box).overflowX === "hidden" ? box.getBoundingClientRect() : null;
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


def rows(page: Page | DomPage, table: str) -> list[str]:
    return [re.sub(r"\s+", " ", text).strip() for text in page.locator(f"{table} tr").all_inner_texts()]
