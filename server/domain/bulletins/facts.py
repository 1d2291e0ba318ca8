"""Facts of bulletins, in the installation's journal. The words of a dismissal stay outside."""

from server.domain.bulletins.messages import BulletinKey
from server.domain.facts import Fact, FactKind
from server.domain.instants import to_text


def bulletin_proposed(bulletin: str, site: str, key: BulletinKey, *, kind: str) -> Fact:
    """A bulletin concerns a site (slug): its people may show it. `kind`: alert or notice."""
    sent = to_text(key.sent)
    body = {"id": bulletin, "site": site, "kind": kind, "identifier": key.identifier, "sent": sent}
    return Fact(FactKind.BULLETIN_PROPOSED, body | {"sender": key.sender})


def bulletin_accepted(bulletin: str, site: str, *, kind: str, outcome: str) -> Fact:
    """A bulletin became an alert or a notice (`outcome`, its id)."""
    body = {"id": bulletin, "site": site, "kind": kind, "outcome": outcome}
    return Fact(FactKind.BULLETIN_ACCEPTED, body)


def bulletin_dismissed(bulletin: str, site: str) -> Fact:
    """Somebody decided that a bulletin is not shown."""
    return Fact(FactKind.BULLETIN_DISMISSED, {"id": bulletin, "site": site})


def bulletin_cancelled(bulletin: str, site: str, *, outcome: str | None) -> Fact:
    """Its sender cancelled a bulletin; `outcome`: what it had become, None while it was proposed."""
    return Fact(FactKind.BULLETIN_CANCELLED, {"id": bulletin, "site": site, "outcome": outcome})
