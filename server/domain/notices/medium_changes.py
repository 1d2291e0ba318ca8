"""What becomes of each notice when one medium takes the place of another. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from server.domain.notices.lifecycle import NoticeState


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


_C, _S = MediumChange, NoticeState


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
