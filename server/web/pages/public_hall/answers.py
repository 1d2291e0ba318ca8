"""What the public pages of a hall need, and how they answer."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Response, request

from server.store.transactions.database import Database
from server.usecases.waits import Estimates


@dataclass(frozen=True, slots=True)
class PublicHallPages:
    """What the pages need; `languages` are (code, own name)."""

    database: Database
    estimates: Estimates
    translate: Callable[..., str]
    languages: Sequence[tuple[str, str]]

    def language_links(self) -> list[dict[str, str]]:
        """Links to the page in each language."""
        return [{"code": code, "name": name, "href": f"?lang={code}"} for code, name in self.languages]


def cached(response: Response, kept_s: int) -> Response:
    """The answer with its digest, kept for so long by browsers and proxies; 304 where the reader has it."""
    response.headers["Cache-Control"] = f"public, max-age={kept_s}"
    response.vary.update(["Accept-Language", "Cookie"])
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.make_conditional(request)
    return response
