"""The life of a notice: its states, and the one table of what may be done in each.

An expired notice needs no gesture: its row says `published`, and `state_at` what that means at an instant.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, Literal

from server.domain.facts import Erasable, Fact, FactKind
from server.domain.instants import to_text
from server.domain.refusals import existing


class NoticeState(StrEnum):
    """Where a notice is between the bureau that drafts it and the archive."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    PUBLISHED = "published"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    ARCHIVED = "archived"


class NoticeVerb(StrEnum):
    """What people do with a notice; `expire` is done by the clock alone.

    `correct` drafts another notice, `replace` is what happens to this one when that other is published.
    """

    EDIT = "edit"
    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    APPROVE = "approve"
    REFUSE = "refuse"
    PUBLISH = "publish"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    ARCHIVE = "archive"
    CORRECT = "correct"
    REPLACE = "replace"


_S, _V = NoticeState, NoticeVerb
NOTICE_TRANSITIONS: dict[tuple[NoticeState, NoticeVerb], NoticeState] = {
    (_S.DRAFT, _V.EDIT): _S.DRAFT,
    (_S.DRAFT, _V.SUBMIT): _S.SUBMITTED,
    (_S.DRAFT, _V.ARCHIVE): _S.ARCHIVED,
    (_S.SUBMITTED, _V.EDIT): _S.DRAFT,
    (_S.SUBMITTED, _V.TAKE_BACK): _S.DRAFT,
    (_S.SUBMITTED, _V.APPROVE): _S.APPROVED,
    (_S.SUBMITTED, _V.REFUSE): _S.REFUSED,
    (_S.REFUSED, _V.EDIT): _S.DRAFT,
    (_S.REFUSED, _V.ARCHIVE): _S.ARCHIVED,
    (_S.APPROVED, _V.EDIT): _S.DRAFT,
    (_S.APPROVED, _V.REFUSE): _S.REFUSED,
    (_S.APPROVED, _V.PUBLISH): _S.PUBLISHED,
    (_S.APPROVED, _V.ARCHIVE): _S.ARCHIVED,
    (_S.PUBLISHED, _V.PUBLISH): _S.PUBLISHED,
    (_S.PUBLISHED, _V.WITHDRAW): _S.WITHDRAWN,
    (_S.PUBLISHED, _V.EXPIRE): _S.EXPIRED,
    (_S.EXPIRED, _V.EDIT): _S.DRAFT,
    (_S.EXPIRED, _V.PUBLISH): _S.PUBLISHED,
    (_S.EXPIRED, _V.ARCHIVE): _S.ARCHIVED,
    (_S.WITHDRAWN, _V.EDIT): _S.DRAFT,
    (_S.WITHDRAWN, _V.PUBLISH): _S.PUBLISHED,
    (_S.WITHDRAWN, _V.ARCHIVE): _S.ARCHIVED,
    (_S.PUBLISHED, _V.CORRECT): _S.PUBLISHED,
    **{(state, _V.REPLACE): _S.ARCHIVED for state in _S if state is not _S.ARCHIVED},
}
"""The state that each verb leads to from each state; a missing pair is refused. Prose:
docs/rules/notices.md.
"""

type NoticePermission = Literal["draft", "publish"]
VERB_NEEDS: dict[NoticeVerb, NoticePermission] = {
    _V.EDIT: "draft",
    _V.SUBMIT: "draft",
    _V.TAKE_BACK: "draft",
    _V.APPROVE: "publish",
    _V.REFUSE: "publish",
    _V.PUBLISH: "publish",
    _V.WITHDRAW: "publish",
    _V.ARCHIVE: "publish",
    _V.CORRECT: "draft",
}
"""Who may use a verb: people who draft, or people who decide what is shown."""


def next_state(state: NoticeState, verb: NoticeVerb) -> NoticeState:
    """The state a verb leads to. Refusal: notice_state, with the state it is in."""
    return existing(NOTICE_TRANSITIONS.get((state, verb)), "notice_state", state=str(state), verb=str(verb))


WAY_TO_SCREENS: dict[NoticeState, tuple[NoticeVerb, ...]] = {
    _S.DRAFT: (_V.SUBMIT, _V.APPROVE),
    _S.SUBMITTED: (_V.APPROVE,),
}
"""What comes before `publish` when somebody who decides publishes in one gesture; nothing elsewhere."""


def verbs_in(state: NoticeState) -> tuple[NoticeVerb, ...]:
    """What may be done in a state by people, in the order of the list of verbs."""
    return tuple(verb for verb in VERB_NEEDS if (state, verb) in NOTICE_TRANSITIONS)


def state_at(state: NoticeState, publish_until: datetime | None, now: datetime) -> NoticeState:
    """The state at an instant: a notice published until then or earlier has expired by itself."""
    if state is NoticeState.PUBLISHED and publish_until is not None and publish_until <= now:
        return next_state(state, NoticeVerb.EXPIRE)
    return state


@dataclass(frozen=True, slots=True)
class Targets:
    """Where a notice is shown: sites, halls and screens by their ids in documents; groups as `laon/entrance`.

    All empty: everywhere, or `is_nowhere`, as a draft may be until somebody says where.
    """

    sites: Sequence[str] = ()
    halls: Sequence[str] = ()
    screens: Sequence[str] = ()
    is_nowhere: bool = False
    groups: Sequence[str] = ()

    @property
    def is_everywhere(self) -> bool:
        """Whether every screen shows it."""
        return not (self.is_nowhere or self.sites or self.halls or self.screens or self.groups)

    def as_body(self) -> dict[str, Any]:
        """The targets as JSON values for a fact; `groups` and `is_nowhere` only where there are."""
        named = {"sites": list(self.sites), "halls": list(self.halls), "screens": list(self.screens)}
        if self.groups:
            named["groups"] = list(self.groups)
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
        return asdict(self) | {"targets": self.targets.as_body()}


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


def _moved(kind: FactKind, step: NoticeStep, version: int) -> Fact:
    return Fact(kind, step.as_body() | {"version": version})


notice_submitted = partial(_moved, FactKind.NOTICE_SUBMITTED)
"""A version waits for a decision on whether it is shown."""
notice_taken_back = partial(_moved, FactKind.NOTICE_TAKEN_BACK)
"""A proposed version is a draft again: somebody who drafts has taken it back."""
notice_approved = partial(_moved, FactKind.NOTICE_APPROVED)
"""A version may be published."""
notice_withdrawn = partial(_moved, FactKind.NOTICE_WITHDRAWN)
"""A notice is withdrawn before its end."""
notice_archived = partial(_moved, FactKind.NOTICE_ARCHIVED)
"""A notice leaves the lists; its history stays."""


def notice_refused(step: NoticeStep, version: int, reason: Erasable) -> Fact:
    """A version is sent back to its author, with a reason."""
    return Fact(FactKind.NOTICE_REFUSED, step.as_body() | {"version": version, "reason": reason.as_body()})


def notice_published(
    step: NoticeStep, version: int, *, shown_from: datetime, shown_until: datetime | None
) -> Fact:
    """A version is shown from an instant until another, which includes its own validity; None: no end."""
    display = {"from": to_text(shown_from), "until": None if shown_until is None else to_text(shown_until)}
    return Fact(FactKind.NOTICE_PUBLISHED, step.as_body() | {"version": version} | display)


def notice_replaced(step: NoticeStep, version: int, *, by: str) -> Fact:
    """A notice ends because its correction `by` is published in the same transaction."""
    return Fact(FactKind.NOTICE_REPLACED, step.as_body() | {"version": version, "by": by})


class MediumChange(StrEnum):
    """What happens to a notice.

    `edited`: the new medium is in its draft. `proposed`: its version, or a correction of it, waits for a
    decision. `approved`: its new version is approved, as the former was. `published`: its correction is on
    screens at once. The others change nothing: `correction_open`: somebody is correcting it already;
    `not_begun`: it is published for a later instant, and a correction would begin now; `over`: no screen
    shows it any more; `forbidden`: the person may not change it.
    """

    EDITED = "edited"
    PROPOSED = "proposed"
    APPROVED = "approved"
    PUBLISHED = "published"
    CORRECTION_OPEN = "correction_open"
    NOT_BEGUN = "not_begun"
    OVER = "over"
    FORBIDDEN = "forbidden"

    @property
    def is_done(self) -> bool:
        """Whether the notice gets the new medium."""
        return self in (_C.EDITED, _C.PROPOSED, _C.APPROVED, _C.PUBLISHED)


_C = MediumChange


@dataclass(frozen=True, slots=True)
class NoticeWithMedium:
    """A notice as it stands for somebody: may they edit it, decide on it; is it corrected; has it begun."""

    state: NoticeState
    may_draft: bool
    may_publish: bool
    is_corrected: bool
    has_begun: bool


def medium_change(notice: NoticeWithMedium) -> MediumChange:
    """The next step of a notice: a published one gets a correction, because its approval is for its words."""
    if notice.state in (_S.EXPIRED, _S.WITHDRAWN, _S.ARCHIVED):
        return _C.OVER
    if not notice.may_draft:
        return _C.FORBIDDEN
    if notice.state is _S.PUBLISHED:
        if notice.is_corrected:
            return _C.CORRECTION_OPEN
        if not notice.has_begun:
            return _C.NOT_BEGUN
        return _C.PUBLISHED if notice.may_publish else _C.PROPOSED
    if notice.state is _S.APPROVED and notice.may_publish:
        return _C.APPROVED
    return _C.PROPOSED if notice.state in (_S.SUBMITTED, _S.APPROVED) else _C.EDITED


PUBLISHED, ENDED = "published", "ended"
_ENDS = {FactKind.NOTICE_WITHDRAWN: "withdrawn", FactKind.NOTICE_REPLACED: "replaced"}


@dataclass(frozen=True, slots=True)
class NoticeMoment:
    """A step of a notice: what happened (`kind`, of a fact), to which version, when, and from when to when it
    is shown.
    """

    step: int
    kind: str
    version: int
    done_at: datetime
    shown_from: datetime | None
    shown_until: datetime | None


@dataclass(frozen=True, slots=True)
class NoticeEvent:
    """A notice was `published`, or `ended` at an instant: `withdrawn`, `replaced` or `expired`.

    `position`: its place among the events of the notice, the same whenever it is computed.
    """

    position: int
    turn: str
    at: datetime
    of: NoticeMoment
    reason: str | None = None


def events_of(moments: Iterable[NoticeMoment], now: datetime) -> list[NoticeEvent]:
    """What happened to a notice until now, its steps given in order. The clock ends a notice too."""
    found: list[NoticeEvent] = []
    shown: NoticeMoment | None = None
    for moment in moments:
        ended = _expired(shown, moment.done_at)
        if ended is not None:
            found.append(ended)
            shown = None
        if moment.kind == FactKind.NOTICE_PUBLISHED:
            shown = moment
            found.append(NoticeEvent(moment.step * 2, PUBLISHED, moment.done_at, moment))
        elif shown is not None and moment.kind in _ENDS:
            reason = _ENDS[FactKind(moment.kind)]
            found.append(NoticeEvent(moment.step * 2, ENDED, moment.done_at, shown, reason))
            shown = None
    last = _expired(shown, now)
    return found if last is None else [*found, last]


def _expired(shown: NoticeMoment | None, now: datetime) -> NoticeEvent | None:
    if shown is None or shown.shown_until is None or shown.shown_until > now:
        return None
    return NoticeEvent(shown.step * 2 + 1, ENDED, shown.shown_until, shown, "expired")
