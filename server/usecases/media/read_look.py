"""The organisation's look on all pages: a stylesheet, a logo, and the files that both need.

The stylesheet's address contains a digest of the whole look, so that browsers may keep it for ever.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypedDict

from hardware.json_types import Pixels
from server.documents.brand import Brand, unknown_medium
from server.documents.installation import InstallationDocument
from server.documents.problems import DocumentProblem
from server.documents.reading import parse_installation
from server.store.configuration.documents import newest
from server.store.configuration.halls import INSTALLATION
from server.store.engine.statements import Rows
from server.store.notices.media import medium_row
from signage.media import MediumKind, PreparedFile

FAMILY = "Organisation"
_FALLBACK = '"Atkinson Hyperlegible Next Variable", "Noto Sans Arabic Variable", system-ui, sans-serif'
_NEUTRAL = Brand(name="Parvis")
_KINDS: Mapping[str, MediumKind] = {"logo": "image", "font": "font", "ground": "image"}
PUBLIC = "/look/"
"""Where everybody reads files of a look that is published: phones are not signed in."""


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
    ground: str | None
    """The address of the picture of screens at rest; their stylesheet lays it below the words."""


@dataclass(frozen=True, slots=True)
class Branding:
    """The look of pages: the brand, the text of the stylesheet, the logo, the names of all files.

    `ground`: the picture of screens at rest; its veil is measured on `ground_small`, a file for lists.
    """

    brand: Brand
    css: str
    digest: str
    logo: LogoAnswer | None
    files: frozenset[str]
    ground: str | None
    ground_small: str | None

    @property
    def name(self) -> str:
        """The name to show."""
        return self.brand.name

    @property
    def stylesheet(self) -> str:
        """The stylesheet's address."""
        return f"{PUBLIC}{self.digest}.css"

    def as_message(self) -> LookAnswer:
        """The look in messages to screens and kiosks."""
        fonts = sorted(PUBLIC + name for name in self.files if name.endswith(".woff2"))
        return {
            "name": self.name,
            "stylesheet": self.stylesheet,
            "logo": self.logo,
            "fonts": fonts,
            "ground": self.ground and PUBLIC + self.ground,
        }


def read_look(rows: Rows, site: str | None = None) -> Branding:
    """The look of a site (slug), else of the organisation, that the newest installation document asks for.

    Before there is one, the product's own.
    """
    document = _newest(rows)
    return branding(rows, _NEUTRAL if document is None else document.brand_of(site))


def every_look(rows: Rows) -> Iterator[Branding]:
    """The look of the organisation, and of each site with its own."""
    document = _newest(rows)
    brands = [_NEUTRAL] if document is None else [brand for _, _, brand in document.brands()]
    return (branding(rows, brand) for brand in brands)


def _newest(rows: Rows) -> InstallationDocument | None:
    published = newest(rows, INSTALLATION, INSTALLATION)
    return None if published is None else _document(published.content)


def branding(rows: Rows, brand: Brand, folder: str = PUBLIC) -> Branding:
    """How a brand looks. `folder`: in whose addresses its files are read."""
    fonts = {file.role: file.name for file in _files(rows, brand.font) if file.role != "thumbnail"}
    ground = {file.role: file.name for file in _files(rows, brand.ground)}
    css = stylesheet(brand, regular=fonts.get("page"), bold=fonts.get("bold"))
    page = next((file for file in _files(rows, brand.logo) if file.role == "page"), None)
    shown = [file for file in (page and page.name, ground.get("page")) if file]
    whole = "\n".join([brand.name, css, *shown])
    return Branding(
        brand=brand,
        css=css,
        digest=hashlib.sha256(whole.encode()).hexdigest()[:16],
        logo={"url": folder + page.name, "width": page.width, "height": page.height} if page else None,
        files=frozenset([*fonts.values(), *shown]),
        ground=ground.get("page"),
        ground_small=ground.get("thumbnail"),
    )


def look_in_use(rows: Rows, medium: str) -> bool:
    """Whether a brand shows a medium."""
    return any(medium in look.brand.media().values() for look in every_look(rows))


def problems_of_look(rows: Rows, document: InstallationDocument) -> Iterator[DocumentProblem]:
    """The errors of logos, fonts and grounds that are no media which are ready."""
    for _, path, brand in document.brands():
        for field, medium in brand.media().items():
            row = medium_row(rows, medium)
            if row is None or not row.is_ready or row.kind != _KINDS[field]:
                yield unknown_medium(path, field, medium)


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
            f' src: url("{PUBLIC}{name}") format("woff2"); }}'
        )


def _root(brand: Brand, *, has_font: bool) -> Iterator[str]:
    yield ":root {"
    for name, value in brand.tokens().items():
        yield f"  --{name}: {value};"
    if has_font:
        yield f'  --sans: "{FAMILY}", {_FALLBACK};'
    yield "}"


def _files(rows: Rows, medium: str | None) -> tuple[PreparedFile, ...]:
    row = None if medium is None else medium_row(rows, medium)
    return row.files if row is not None and row.is_ready else ()


@lru_cache(maxsize=4)
def _document(content: str) -> InstallationDocument:
    return parse_installation(content)
