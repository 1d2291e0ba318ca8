"""The facts of a notice, in the installation's journal; its words stay outside, known by their digest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.domain.facts import Erasable, Fact, FactKind
from server.domain.instants import to_text
from server.domain.notices.lifecycle import NoticeState


@dataclass(frozen=True, slots=True)
class Targets:
    """Where a notice is shown: sites, halls and screens by their ids in documents.

    All empty: everywhere, or `is_nowhere`, as a draft may be until somebody says where.
    """

    sites: Sequence[str] = ()
    halls: Sequence[str] = ()
    screens: Sequence[str] = ()
    is_nowhere: bool = False

    @property
    def is_everywhere(self) -> bool:
        """Whether every screen shows it."""
        return not (self.is_nowhere or self.sites or self.halls or self.screens)

    def as_body(self) -> dict[str, Any]:
        """The targets as JSON values for a fact; `is_nowhere` is there only where it is so."""
        named = {"sites": list(self.sites), "halls": list(self.halls), "screens": list(self.screens)}
        return named | {"is_nowhere": True} if self.is_nowhere else named


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version of a notice as a fact knows it: its number from 1, and the SHA-256 of its content."""

    version: int
    sha256: str
    kind: str
    category: str
    targets: Targets

    def as_body(self) -> dict[str, Any]:
        """The version as JSON values for a fact."""
        return {
            "version": self.version,
            "sha256": self.sha256,
            "kind": self.kind,
            "category": self.category,
            "targets": self.targets.as_body(),
        }


@dataclass(frozen=True, slots=True)
class NoticeStep:
    """A place in the life of a notice: `step` counts its facts from 1; `state` is where it is afterwards."""

    notice: str
    step: int
    state: NoticeState

    def as_body(self) -> dict[str, Any]:
        """The step as JSON values for a fact."""
        return {"notice": self.notice, "step": self.step, "state": str(self.state)}


def notice_drafted(step: NoticeStep, version: NewVersion, *, replaces: str | None = None) -> Fact:
    """A notice exists, with its first version; `replaces`: the notice that it corrects, if it does."""
    corrects = {} if replaces is None else {"replaces": replaces}
    return Fact(FactKind.NOTICE_DRAFTED, step.as_body() | version.as_body() | corrects)


def notice_edited(step: NoticeStep, version: NewVersion) -> Fact:
    """A notice has another version, and is a draft again."""
    return Fact(FactKind.NOTICE_EDITED, step.as_body() | version.as_body())


def notice_submitted(step: NoticeStep, version: int) -> Fact:
    """A version waits for a decision on whether it is shown."""
    return Fact(FactKind.NOTICE_SUBMITTED, step.as_body() | {"version": version})


def notice_taken_back(step: NoticeStep, version: int) -> Fact:
    """A proposed version is a draft again: somebody who drafts has taken it back."""
    return Fact(FactKind.NOTICE_TAKEN_BACK, step.as_body() | {"version": version})


def notice_approved(step: NoticeStep, version: int) -> Fact:
    """A version may be published."""
    return Fact(FactKind.NOTICE_APPROVED, step.as_body() | {"version": version})


def notice_refused(step: NoticeStep, version: int, reason: Erasable) -> Fact:
    """A version is sent back to its author, with a reason."""
    return Fact(FactKind.NOTICE_REFUSED, step.as_body() | {"version": version, "reason": reason.as_body()})


def notice_published(
    step: NoticeStep, version: int, *, shown_from: datetime, shown_until: datetime | None
) -> Fact:
    """A version is shown from an instant until another, which includes its own validity; None: no end."""
    display = {"from": to_text(shown_from), "until": None if shown_until is None else to_text(shown_until)}
    return Fact(FactKind.NOTICE_PUBLISHED, step.as_body() | {"version": version} | display)


def notice_withdrawn(step: NoticeStep, version: int) -> Fact:
    """A notice is withdrawn before its end."""
    return Fact(FactKind.NOTICE_WITHDRAWN, step.as_body() | {"version": version})


def notice_replaced(step: NoticeStep, version: int, *, by: str) -> Fact:
    """A notice ends because its correction `by` is published in the same transaction."""
    return Fact(FactKind.NOTICE_REPLACED, step.as_body() | {"version": version, "by": by})


def notice_archived(step: NoticeStep, version: int) -> Fact:
    """A notice leaves the lists; its history stays."""
    return Fact(FactKind.NOTICE_ARCHIVED, step.as_body() | {"version": version})
