"""Bulletins (CAP 1.2) that another system sends to a site, by a key with the scope `bulletins`."""

from collections.abc import Callable
from typing import Literal, TypedDict

from pydantic import Field

from server.domain.bulletins.messages import LARGEST_BYTES
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.store import bulletins
from server.store.bulletins import BulletinRow
from server.usecases.bulletins.bulletins import show_automatically
from server.usecases.bulletins.received_bulletins import receive_document
from server.web.access.callers import sites_where
from server.web.access.requirements import PEOPLE_AND_KEYS, requires
from server.web.api.services import Api
from server.web.api.shapes.answers import ApiRoutes, answering
from server.web.api.shapes.requests import RequestShape, Slug
from server.web.rendering.problems import refusal_sentence


class BulletinAnswer(TypedDict):
    """What a bulletin became at a site."""

    bulletin: str
    is_new: bool
    """False: it had come before, and nothing changed."""
    state: Literal["proposed", "raising", "accepted", "dismissed", "refused", "replaced", "cancelled"]
    kind: Literal["alert", "notice"] | None
    """The kind of its proposal; null for a refused bulletin and for a cancellation."""
    code: str | None
    """Why it is refused; null where it is not."""
    detail: str | None
    """The same as a sentence."""


class SitePath(RequestShape):
    """A site, by its slug."""

    site: str = Slug


class BulletinBody(RequestShape):
    """A bulletin as its sender wrote it, in XML."""

    document: str = Field(min_length=1, max_length=LARGEST_BYTES)


def blueprint(api: Api, programme_changed: Callable[[], None]) -> ApiRoutes:
    """The route; `programme_changed` tells screens after what they show has changed."""
    routes = ApiRoutes("bulletins")

    @routes.post(
        "/sites/<site>/bulletins", responses={200: answering(BulletinAnswer), 201: answering(BulletinAnswer)}
    )
    @requires(Permission.SEND_BULLETINS, of=PEOPLE_AND_KEYS, anywhere=True)
    def send(path: SitePath, body: BulletinBody) -> tuple[dict[str, object], int]:
        """Takes a bulletin for a site. 201 when it is new, also where it is refused: `code` says why."""
        caller, sites = sites_where(Permission.SEND_BULLETINS)
        if sites is not None and path.site not in sites:
            raise Refusal("forbidden")
        document = body.document.encode(errors="replace")
        received = receive_document(api.database, path.site, document, caller.author)
        row = received.row
        if received.is_new:
            if row.state == bulletins.PROPOSED:
                show_automatically(api.database, row)
            programme_changed()
            row = _present(api, row)
        return _answer(api, row, is_new=received.is_new), 201 if received.is_new else 200

    return routes


def _present(api: Api, row: BulletinRow) -> BulletinRow:
    with api.database.read() as rows:
        return bulletins.bulletin_row(rows, row.id) or row


def _answer(api: Api, row: BulletinRow, *, is_new: bool) -> dict[str, object]:
    refusal = None if row.refusal is None else Refusal(row.refusal, **row.details)
    return {
        "bulletin": row.id,
        "is_new": is_new,
        "state": row.state,
        "kind": row.kind,
        "code": row.refusal,
        "detail": None if refusal is None else refusal_sentence(refusal),
    }
