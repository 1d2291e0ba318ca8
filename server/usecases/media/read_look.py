"""The organisation's look on all pages: a stylesheet, a logo, and the files that both need.

The stylesheet's address contains a digest of the whole look, so that browsers may keep it for ever.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypedDict

from hardware.json_types import Pixels
from server.documents.brand import Brand, check_media_of
from server.documents.problems import DocumentRefused
from server.documents.reading import parse_installation
from server.store.configuration.documents import newest
from server.store.configuration.halls import INSTALLATION
from server.store.engine.statements import Rows
from server.store.notices.media import medium_row
from signage.media import PreparedFile

FAMILY = "Organisation"
_FALLBACK = '"Atkinson Hyperlegible Next Variable", "Noto Sans Arabic Variable", system-ui, sans-serif'
_NEUTRAL = Brand(name="Parvis")


class LogoAnswer(TypedDict):
    """The picture of a logo."""

    url: str
    width: Pixels
    height: Pixels


class LookAnswer(TypedDict):
    """The name of the organisation, its stylesheet, its logo and the addresses of its fonts."""

    name: str
    stylesheet: str
    logo: LogoAnswer | None
    fonts: list[str]


@dataclass(frozen=True, slots=True)
class Logo:
    """The prepared picture of a logo; sizes in pixels."""

    url: str
    width: int
    height: int

    def as_message(self) -> LogoAnswer:
        """The logo in messages to screens and kiosks."""
        return {"url": self.url, "width": self.width, "height": self.height}


@dataclass(frozen=True, slots=True)
class Branding:
    """The look of pages: the name to show, the text of the stylesheet, the logo, the names of all files."""

    name: str
    css: str
    digest: str
    logo: Logo | None
    files: frozenset[str]

    @property
    def stylesheet(self) -> str:
        """The stylesheet's address."""
        return f"/look/{self.digest}.css"

    def as_message(self) -> LookAnswer:
        """The look in messages to screens and kiosks."""
        logo = None if self.logo is None else self.logo.as_message()
        fonts = sorted(address(name) for name in self.files if name.endswith(".woff2"))
        return {"name": self.name, "stylesheet": self.stylesheet, "logo": logo, "fonts": fonts}


def read_look(rows: Rows) -> Branding:
    """The look that the newest installation document asks for; before there is one, the product's own."""
    published = newest(rows, INSTALLATION, INSTALLATION)
    brand = _NEUTRAL if published is None else _brand(published.content)
    fonts = {file.role: file.name for file in _files(rows, brand.font) if file.role != "thumbnail"}
    css = stylesheet(brand, regular=fonts.get("page"), bold=fonts.get("bold"))
    page = next((file for file in _files(rows, brand.logo) if file.role == "page"), None)
    whole = "\n".join([brand.name, css, "" if page is None else page.name])
    return Branding(
        name=brand.name,
        css=css,
        digest=hashlib.sha256(whole.encode()).hexdigest()[:16],
        logo=Logo(address(page.name), page.width, page.height) if page else None,
        files=frozenset([*fonts.values(), *([page.name] if page else [])]),
    )


def look_in_use(rows: Rows, medium: str) -> bool:
    """Whether the brand shows a medium."""
    published = newest(rows, INSTALLATION, INSTALLATION)
    return published is not None and medium in _media_of(_brand(published.content))


def refuse_unknown_look(rows: Rows, brand: Brand) -> None:
    """Refuses a logo or a font that is no medium which is ready. Raises DocumentRefused."""
    problems = check_media_of(
        brand, has_logo=_is_ready(rows, brand.logo, "image"), has_font=_is_ready(rows, brand.font, "font")
    )
    if problems:
        raise DocumentRefused(problems)


def address(name: str) -> str:
    """The address of a file of the look, which everybody may read: phones are not signed in."""
    return f"/look/{name}"


def stylesheet(brand: Brand, *, regular: str | None = None, bold: str | None = None) -> str:
    """The brand's colours and font as CSS properties. `regular`, `bold`: the files of the font's weights."""
    return "\n".join([*_faces(regular, bold), *_root(brand, has_font=regular is not None)]) + "\n"


def _faces(regular: str | None, bold: str | None) -> Iterator[str]:
    if regular is None:
        return
    # a font of one weight states none, so that the browser thickens it for bold text
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


def _is_ready(rows: Rows, medium: str | None, kind: str) -> bool:
    if medium is None:
        return True
    row = medium_row(rows, medium)
    return row is not None and row.is_ready and row.kind == kind


def _media_of(brand: Brand) -> set[str]:
    return {medium for medium in (brand.logo, brand.font) if medium is not None}


def _files(rows: Rows, medium: str | None) -> tuple[PreparedFile, ...]:
    row = None if medium is None else medium_row(rows, medium)
    return row.files if row is not None and row.is_ready else ()


@lru_cache(maxsize=4)
def _brand(content: str) -> Brand:
    return parse_installation(content).brand
