"""The look of the organisation or of a site: tried, measured, published, and back to the former one.

It stands in the installation's document; whoever chooses it changes nothing else there.
"""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from server.documents.brand import WHITE, contrast, mix_colours
from server.documents.content import parts_of
from server.documents.problems import DocumentRefused
from server.documents.reading import parse_installation
from server.domain.author import Author
from server.domain.refusals import Refusal, existing
from server.store.configuration.documents import Published, newest, revision_of, revisions_before
from server.store.configuration.halls import INSTALLATION
from server.store.engine.statements import Rows
from server.store.notices.media import MediaFiles
from server.store.transactions.database import Database
from server.usecases.configuration.configuration_document import Sites
from server.usecases.configuration.publication import Terms, publish_installation
from server.usecases.media.read_look import PUBLIC, Branding, branding, problems_of_look
from signage.media.images import sampled_colours

type LookContent = dict[str, Any]
"""The installation’s document, or a look in it, as it is written."""
LIBRARY = "/media/"
"""Where people at work read files that no look shows yet."""
SEARCHED = 60
"""Revisions in which a former look is sought."""
SEEN_SHARE = 0.03
"""Of a logo's area that has to be seen."""


@dataclass(frozen=True, slots=True)
class LookPlace:
    """Whose look somebody chooses, a site's (slug) or, None, the organisation's; and where they may."""

    site: str | None
    sites: Sites

    def part_of(self, content: LookContent) -> LookContent:
        """The part of the installation's document that has the look.

        Refusals: unknown_site, forbidden: the organisation's look needs the right at every site.
        """
        if self.sites is not None and self.site not in self.sites:
            raise Refusal("forbidden")
        if self.site is None:
            return content
        sites = (each for each in content["sites"] if each["slug"] == self.site)
        found: LookContent | None = next(sites, None)
        return existing(found, "unknown_site", site=self.site)


@dataclass(frozen=True, slots=True)
class LookState:
    """The look that applies, as the document writes it.

    `own`: None where a site has the organisation's. `former`: the one before it, empty for the
    organisation's, None where there was none. `revision`: the one that was read.
    """

    brand: LookContent
    own: LookContent | None
    former: LookContent | None
    revision: int


def read_look_state(database: Database, place: LookPlace) -> LookState:
    """The look of a place. Refusals: forbidden, not_configured, unknown_site."""
    with database.read() as rows:
        found = _newest(rows)
        own: LookContent | None = place.part_of(dict(found.parsed)).get("brand")
        former = next(_earlier(rows, found, place), None)
        return LookState(own or found.parsed["brand"], own, former, found.revision)


def try_look(database: Database, place: LookPlace, chosen: LookContent) -> Branding:
    """A look before it is published; nothing is kept.

    Raises DocumentRefused; refusals: as `read_look_state`.
    """
    with database.read() as rows:
        content = deepcopy(dict(_newest(rows).parsed))
        _put(content, place, chosen)
        document = parse_installation(content)
        problems = tuple(problems_of_look(rows, document))
        if problems:
            raise DocumentRefused(problems)
        return branding(rows, document.brand_of(place.site), LIBRARY)


def publish_look(
    database: Database, author: Author, place: LookPlace, chosen: LookContent | None, *, revision: int
) -> None:
    """Publishes a look; None: a site has the organisation's again. `revision`: the one that was read.

    Raises DocumentRefused; refusals: as `read_look_state`; stale_revision where the look has changed since.
    """
    _publish(database, author, place, revision, lambda _, content: _put(content, place, chosen))


def restore_look(database: Database, author: Author, place: LookPlace, *, revision: int) -> None:
    """Publishes the look of before again. Refusals: as `publish_look`; nothing_to_restore without one."""

    def restore(rows: Rows, content: LookContent) -> None:
        former = next(_earlier(rows, _newest(rows), place), None)
        restored = existing(former, "nothing_to_restore", revision=revision)
        _put(content, place, None)
        if restored:
            place.part_of(content)["brand"] = restored

    _publish(database, author, place, revision, restore)


def _publish(
    database: Database,
    author: Author,
    place: LookPlace,
    revision: int,
    change: Callable[[Rows, LookContent], None],
) -> None:
    with database.read() as rows:
        found = _newest(rows)
        read = revision_of(rows, INSTALLATION, INSTALLATION, revision)
        content = deepcopy(dict(found.parsed))
        present = place.part_of(content).get("brand")
        if read is None or place.part_of(dict(read.parsed)).get("brand") != present:
            raise Refusal("stale_revision", newest=found.revision)
        change(rows, content)
    publish_installation(database, author, json.dumps(content), Terms(base_revision=found.revision))


def _newest(rows: Rows) -> Published:
    return existing(newest(rows, INSTALLATION, INSTALLATION), "not_configured", hall=INSTALLATION)


def _put(content: LookContent, place: LookPlace, chosen: LookContent | None) -> None:
    """Writes a look into a document; what was not chosen, as the font, stays."""
    part = place.part_of(content)
    if chosen is None:
        part.pop("brand", None)
    else:
        part["brand"] = {**(part.get("brand") or content["brand"]), **chosen}


def _earlier(rows: Rows, found: Published, place: LookPlace) -> Iterator[LookContent]:
    """Looks of before, the newest first, each other than the one after it; empty: the organisation's."""
    now = place.part_of(dict(found.parsed)).get("brand")
    for old in revisions_before(rows, INSTALLATION, INSTALLATION, found.revision, SEARCHED):
        sites = [each["slug"] for each in parts_of(old.parsed, "sites")]
        if place.site is not None and place.site not in sites:
            return
        before = place.part_of(dict(old.parsed)).get("brand")
        if before != now:
            yield before or {}
        now = before


def logo_contrast(files: MediaFiles, look: Branding) -> float | None:
    """The contrast of a logo with the white that it always stands on; None without one."""
    path = None if look.logo is None else files.path(Path(look.logo["url"]).name)
    return None if path is None else _contrast_of(path)


@lru_cache(maxsize=16)
def _contrast_of(path: Path) -> float:
    ratios = sorted((contrast(each, WHITE) for each in sampled_colours(path)), reverse=True)
    return ratios[int(len(ratios) * SEEN_SHARE)]


def veil_of(files: MediaFiles, look: Branding) -> tuple[int, float] | None:
    """The veil over the picture of screens at rest, in percent, and the least contrast of words over it."""
    path = None if look.ground_small is None else files.path(look.ground_small)
    if path is None:
        return None
    lightest, colours = _lightest(path), look.brand.colours
    share = colours.veil_over(lightest)
    veiled = mix_colours(lightest, colours.night, share / 100)
    return share, contrast(veiled, WHITE)


@lru_cache(maxsize=16)
def _lightest(path: Path) -> str:
    return max(sampled_colours(path), key=lambda colour: -contrast(colour, WHITE))


def styles_of(files: MediaFiles, look: Branding, folder: str = PUBLIC) -> str:
    """The stylesheet of a look, with the veiled picture of screens at rest."""
    veil = veil_of(files, look)
    if veil is None:
        return look.css
    over = f"color-mix(in srgb, {look.brand.colours.night} {veil[0]}%, transparent)"
    ground = f'linear-gradient({over}, {over}), url("{folder}{look.ground}")'
    return f"{look.css}:root {{ --at-rest: {ground}; --over-rest: transparent; --on-rest: {WHITE}; }}\n"
