"""The life of a notice: its states, and the one table of what may be done in each.

An expired notice needs no gesture: its row says `published`, and `state_at` what that means at an instant.
"""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from server.domain.refusals import Refusal


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
    found = NOTICE_TRANSITIONS.get((state, verb))
    if found is None:
        raise Refusal("notice_state", state=str(state), verb=str(verb))
    return found


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
