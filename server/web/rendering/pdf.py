"""A page as an accessible PDF: tagged (PDF/UA), with its language and title, and selectable text.

WeasyPrint needs Pango, a library of the system; it is loaded when first needed, in a separate process.
"""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog

from server.apart import IsolatedWorker
from server.domain.refusals import Refusal

log = structlog.get_logger()

STYLE = Path(__file__).parent / "paper.css"
WITHIN_S, IDLE_S = 30, 60


class Papers:
    """Makes papers one after the other in a separate process: a second to start, some 80 MB."""

    def __init__(self, assets: Path) -> None:
        self._assets = assets
        self._apart = IsolatedWorker(deadline_s=WITHIN_S, idle_s=IDLE_S)

    def made(self, html: str) -> bytes:
        """The PDF of a page. Refusal: paper_unavailable."""
        try:
            return self._apart.call(paper, html, self._assets)
        except (ImportError, OSError) as error:
            log.exception("paper_not_made")
            raise Refusal("paper_unavailable") from error


def paper(html: str, assets: Path) -> bytes:
    """The PDF of a page; its fonts come from a folder, nothing else is fetched.

    Raises OSError where Pango is missing.
    """
    # loaded here: it takes half a second, and raises OSError without Pango
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()  # removes its copies of the fonts when it is gone
    base, fetcher = f"{assets.resolve().as_uri()}/", font_fetcher(assets)
    style = CSS(
        string=STYLE.read_text(encoding="utf-8"), base_url=base, url_fetcher=fetcher, font_config=fonts
    )
    page = HTML(string=html, base_url=base, url_fetcher=fetcher)
    made: bytes = page.write_pdf(
        stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1", pdf_tags=True
    )
    return made


def font_fetcher(assets: Path) -> Any:
    """A fetcher for WeasyPrint that opens the files of the folder of fonts, and nothing else."""
    from weasyprint.urls import URLFetcher

    fonts = (assets / "fonts").resolve()

    class Fonts(URLFetcher):  # type: ignore[misc]  # untyped library
        """Fetches fonts of the folder only."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            """The file of an address, by the path that was checked. Raises ValueError."""
            parsed = urlsplit(url)
            path = Path(unquote(parsed.path)).resolve()
            if parsed.scheme != "file" or parsed.netloc or not path.is_relative_to(fonts):
                raise ValueError("not a font of the folder")
            return super().fetch(path.as_uri(), headers)

    return Fonts(allowed_protocols={"file"}, allow_redirects=False, fail_on_errors=False)
