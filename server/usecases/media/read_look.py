"""The organisation's look as pages wear it: its stylesheet, its logo, and the files both need.

The stylesheet's address holds a digest of the whole look: what a page has kept is never another one.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from server.documents.parts.brand import Brand, check_media_of
from server.documents.problems import DocumentRefused
from server.documents.reading import parse_installation
from server.domain.notices.media import MediumState
from server.store.configuration.configurations import INSTALLATION
from server.store.configuration.documents import newest
from server.store.media.media import file_name, files_of, medium_row

FAMILY = "Organisation"
_FALLBACK = '"Atkinson Hyperlegible Next Variable", "Noto Sans Arabic Variable", system-ui, sans-serif'
_NEUTRAL = Brand(name="Parvis")


@dataclass(frozen=True, slots=True)
class Logo:
    """The prepared picture of a logo; sizes in pixels."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Branding:
    """What pages wear: the name to show, the stylesheet's text, the logo, the names of all files."""

    name: str
    css: str
    digest: str
    logo: Logo | None
    files: frozenset[str]

    @property
    def stylesheet(self) -> str:
        """The stylesheet's address."""
        return f"/look/{self.digest}.css"

    def as_message(self) -> dict[str, Any]:
        """The look as screens and kiosks are told of it: addresses, and the logo's text alternative."""
        logo = self.logo and {"url": self.logo.url, "width": self.logo.width, "height": self.logo.height}
        fonts = sorted(address(name) for name in self.files if name.endswith(".woff2"))
        return {"name": self.name, "stylesheet": self.stylesheet, "logo": logo, "fonts": fonts}


def read_look(rows: Any) -> Branding:
    """The look of the newest installation document; before there is one, the product's own."""
    published = newest(rows, INSTALLATION, INSTALLATION)
    brand = _NEUTRAL if published is None else _brand(published.content)
    logo = _files(rows, brand.logo)
    fonts = {file["role"]: file_name(file) for file in _files(rows, brand.font)}
    fonts.pop("thumbnail", None)
    css = stylesheet(brand, regular=fonts.get("page"), bold=fonts.get("bold"))
    page = next((file for file in logo if file["role"] == "page"), None)
    whole = "\n".join([brand.name, css, "" if page is None else file_name(page)])
    return Branding(
        name=brand.name,
        css=css,
        digest=hashlib.sha256(whole.encode()).hexdigest()[:16],
        logo=Logo(address(file_name(page)), page["width"], page["height"]) if page else None,
        files=frozenset([*fonts.values(), *([file_name(page)] if page else [])]),
    )


def look_in_use(rows: Any, medium: str) -> bool:
    """Whether the brand shows a medium."""
    published = newest(rows, INSTALLATION, INSTALLATION)
    return published is not None and medium in _media_of(_brand(published.content))


def refuse_unknown_look(rows: Any, brand: Brand) -> None:
    """Refuses a logo or a font that the library does not have ready. Raises DocumentRefused."""
    problems = check_media_of(
        brand, has_logo=_is_ready(rows, brand.logo, "image"), has_font=_is_ready(rows, brand.font, "font")
    )
    if problems:
        raise DocumentRefused(problems)


def address(name: str) -> str:
    """Where a file of the look is served to everybody: a phone is nobody's who signed in."""
    return f"/look/{name}"


def stylesheet(brand: Brand, *, regular: str | None = None, bold: str | None = None) -> str:
    """The brand's colours and font as custom properties; file names of the font's weights."""
    return "\n".join([*_faces(regular, bold), *_root(brand, has_font=regular is not None)]) + "\n"


def _faces(regular: str | None, bold: str | None) -> Iterator[str]:
    if regular is None:
        return
    # a single weight is given none, so that the browser thickens it where bold is asked for
    weights = [(regular, "font-weight: 1 599; " if bold else "")]
    weights += [(bold, "font-weight: 600 999; ")] if bold else []
    for name, weight in weights:
        yield (
            f'@font-face {{ font-family: "{FAMILY}"; {weight}font-display: swap;'
            f' src: url("{address(name)}") format("woff2"); }}'
        )


def _root(brand: Brand, *, has_font: bool) -> Iterator[str]:
    yield ":root {"
    for name, colour in brand.colours.tokens().items():
        yield f"  --{name}: {colour};"
    if has_font:
        yield f'  --sans: "{FAMILY}", {_FALLBACK};'
    yield "}"


def _is_ready(rows: Any, medium: str | None, kind: str) -> bool:
    if medium is None:
        return True
    row = medium_row(rows, medium)
    return row is not None and row["state"] == MediumState.READY and row["kind"] == kind


def _media_of(brand: Brand) -> set[str]:
    return {medium for medium in (brand.logo, brand.font) if medium is not None}


def _files(rows: Any, medium: str | None) -> list[dict[str, Any]]:
    row = None if medium is None else medium_row(rows, medium)
    return [] if row is None or row["state"] != MediumState.READY else files_of(row)


@lru_cache(maxsize=4)
def _brand(content: str) -> Brand:
    return parse_installation(content).brand
