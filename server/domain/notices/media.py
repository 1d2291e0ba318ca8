"""A medium: what notices show, prepared from an upload. Its states, its facts and their fold. Pure."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from server.domain.facts import Fact, FactKind, Json
from server.domain.row_changes import Change, Insert, Recorded, Update


class MediumState(StrEnum):
    """`preparing → ready | refused`, and from either `removed`: its files are gone, its row stays."""

    PREPARING = "preparing"
    READY = "ready"
    REFUSED = "refused"
    REMOVED = "removed"


type Texts = Mapping[str, str]
"""The description of a medium, by language, for people who cannot see it."""


def texts_digest(texts: Texts) -> str:
    """The SHA-256 that the fact holds of a medium's texts."""
    return hashlib.sha256(texts_json(texts).encode()).hexdigest()


def texts_json(texts: Texts) -> str:
    """The texts in the form that is stored and hashed."""
    return json.dumps(dict(texts), ensure_ascii=False, sort_keys=True)


type Sites = frozenset[str] | None
"""The sites (slugs) at which a person may draft notices; None: every site."""


def may_show(site: str | None, sites: Sites) -> bool:
    """Whether a drafter at these sites may see and show a medium of a site (None: of all sites)."""
    return site is None or sites is None or site in sites


def may_change(site: str | None, sites: Sites) -> bool:
    """Whether a drafter may describe and remove it; one of all sites, only a drafter at every site."""
    return sites is None or site in sites


def medium_uploaded(medium: str, *, sha256: str, size: int, site: str | None = None) -> Fact:
    """A file was received to be prepared, for a site or for all; without its name. `size` in bytes."""
    body = {"medium": medium, "sha256": sha256, "size": size}
    return Fact(FactKind.MEDIUM_UPLOADED, body if site is None else body | {"site": site})


def medium_prepared(medium: str, *, kind: str, files: Sequence[Json]) -> Fact:
    """A medium is ready: its files, each named by the SHA-256 of what screens are given."""
    body = {"medium": medium, "kind": kind, "files": [dict(file) for file in files]}
    return Fact(FactKind.MEDIUM_PREPARED, body)


def medium_refused(medium: str, *, code: str, details: Json) -> Fact:
    """An upload could not become a medium; `code` names the sentence that says why."""
    return Fact(FactKind.MEDIUM_REFUSED, {"medium": medium, "code": code, "details": dict(details)})


def medium_described(medium: str, texts: Texts) -> Fact:
    """A medium was described for people who cannot see it; the fact holds the digest of the texts."""
    return Fact(FactKind.MEDIUM_DESCRIBED, {"medium": medium, "sha256": texts_digest(texts)})


def medium_removed(medium: str) -> Fact:
    """A medium may not be shown any more."""
    return Fact(FactKind.MEDIUM_REMOVED, {"medium": medium})


def _uploaded(fact: Recorded) -> list[Change]:
    row = {
        "id": fact.body["medium"],
        "state": MediumState.PREPARING.value,
        "kind": None,
        "files": "[]",
        "refusal": None,
        "upload_sha256": fact.body["sha256"],
        "upload_size": fact.body["size"],
        "uploaded_at": fact.happened_at,
        "uploaded_by": fact.author,
        "texts_sha256": None,
    }
    return [Insert("medium", row)]


def _prepared(fact: Recorded) -> list[Change]:
    files = json.dumps(fact.body["files"], sort_keys=True)
    return [_changed(fact, state=MediumState.READY.value, kind=fact.body["kind"], files=files)]


def _refused(fact: Recorded) -> list[Change]:
    refusal = json.dumps({"code": fact.body["code"], "details": fact.body["details"]}, sort_keys=True)
    return [_changed(fact, state=MediumState.REFUSED.value, refusal=refusal)]


def _described(fact: Recorded) -> list[Change]:
    return [_changed(fact, texts_sha256=fact.body["sha256"])]


def _removed(fact: Recorded) -> list[Change]:
    return [_changed(fact, state=MediumState.REMOVED.value, files="[]")]


def _changed(fact: Recorded, **values: Any) -> Update:
    return Update("medium", fact.body["medium"], values)


MEDIA_FOLDS: dict[str, Callable[[Recorded], list[Change]]] = {
    FactKind.MEDIUM_UPLOADED: _uploaded,
    FactKind.MEDIUM_PREPARED: _prepared,
    FactKind.MEDIUM_REFUSED: _refused,
    FactKind.MEDIUM_DESCRIBED: _described,
    FactKind.MEDIUM_REMOVED: _removed,
}
