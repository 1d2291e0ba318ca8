"""Notices: drafted by a bureau, decided and published by whoever answers for what is shown."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from server.domain.notices.lifecycle import NoticeState
from server.domain.people.roles import Permission
from server.store.notices.drafts import DraftRow
from server.usecases.configuration.closures import enter_closure
from server.usecases.notices import drafts, gestures
from server.usecases.notices.notice_places import Reach
from server.usecases.notices.publication import (
    DisplayRequest,
    PublishedNoticeAnswer,
    propose_edited,
    propose_new,
    publish_edited,
    publish_new,
    publish_notice,
)
from server.usecases.notices.read_notices import (
    NoticeDetailAnswer,
    NoticesAnswer,
    NoticesRequest,
    read_notice,
    read_notices,
)
from server.usecases.notices.read_programme import ProgrammeAnswer
from server.web.access.callers import Caller, identify, sites_of_caller, sites_where
from server.web.access.requirements import PEOPLE, PEOPLE_AND_KEYS
from server.web.api.openapi import ApiRoutes
from server.web.api.services import Api, HallCall, write_key
from server.web.api.shapes import OPAQUE, Instant, RequestShape, one_line


class NoticesQuery(RequestShape):
    """Of one state, none: all but the archived; `before`: what comes after this place (`next` of a page)."""

    state: Literal["", *NoticeState] = ""  # type: ignore[valid-type]
    before: str | None = Field(default=None, min_length=1, max_length=96, pattern=OPAQUE)


class NoticeBody(RequestShape):
    """What a notice says, where and when, by its kind (docs/rules/notices.md)."""

    content: dict[str, Any]


class NoticeEditBody(NoticeBody):
    """The content in place of that of the version it was made from."""

    base_version: int = Field(ge=1, le=100_000)


class NoticeDraftBody(NoticeBody):
    """What is typed and not saved, in place of an edition of the draft (0: there is none yet).

    `draft`: the id of its notice, or one of its own. `page`: an id of the opened page; it may change what it
    kept itself.
    """

    draft: str = Field(min_length=8, max_length=64, pattern=OPAQUE)
    base_version: int = Field(ge=0, le=100_000)
    edition: int = Field(ge=0, le=100_000_000)
    page: str = Field(min_length=8, max_length=64, pattern=OPAQUE)


class NoticeVersionBody(RequestShape):
    """Which version the gesture is about: the newest one.

    `state`: where the notice stood when its author decided on the gesture; null: anywhere.
    """

    version: int = Field(ge=1, le=100_000)
    state: NoticeState | None = None


class NoticeProposalBody(NoticeVersionBody, NoticeBody):
    """What the notice says now, in place of what the version says."""


class NoticeOnScreensBody(NoticeVersionBody):
    """What the notice says now; null: what the version says."""

    content: dict[str, Any] | None = None


class NoticeRefusalBody(NoticeVersionBody):
    """Why it goes back; the words are erased after a year."""

    reason: Annotated[str, BeforeValidator(one_line), Field(max_length=gestures.LONGEST_REASON)]


class NoticeDisplayBody(NoticeVersionBody):
    """From when until when; null: from now, as long as it is valid."""

    starts_at: Instant | None = Field(default=None, alias="from")
    ends_at: Instant | None = Field(default=None, alias="until")


def blueprint(api: Api, programme_changed: Callable[[], None]) -> ApiRoutes:
    """The routes; `programme_changed` tells screens after what they show has changed."""
    routes = ApiRoutes("notices")
    _drafting(routes, api)
    _proposing(routes, api)
    _showing(routes, api, programme_changed)
    return routes


def _gesture(notice: str, version: int, state: NoticeState | None = None) -> gestures.NoticeGesture:
    caller, reach = reach_of_caller()
    return gestures.NoticeGesture(notice, version, caller.author, reach, write_key(caller.author), state)


def _drafting(routes: ApiRoutes, api: Api) -> None:
    @routes.get("/notices", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def notices(query: NoticesQuery) -> NoticesAnswer:
        """The notices one drafts or decides about, the last changed first, a hundred at a time."""
        caller, reach = reach_of_caller()
        filters = NoticesRequest(query.state, query.before)
        return read_notices(api.database, caller.author, reach, filters)

    @routes.post("/notices", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def draft(body: NoticeBody) -> tuple[gestures.NoticeAnswer, Literal[201]]:
        """A new notice, its first version a draft."""
        caller, reach = reach_of_caller()
        key = write_key(caller.author)
        return gestures.draft_notice(
            api.database, caller.author, body.content, reach=reach, write_key=key
        ), 201

    @routes.post("/notices/<notice>/correct", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def correct(notice: str, body: NoticeVersionBody) -> tuple[gestures.NoticeAnswer, Literal[201]]:
        """A draft with the same words; once published, it takes the place of this one."""
        return gestures.correct_notice(api.database, _gesture(notice, body.version, body.state)), 201

    @routes.get("/notices/<notice>", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def notice(notice: str) -> NoticeDetailAnswer:
        """One notice with its history and what changed from version to version."""
        caller, reach = reach_of_caller()
        return read_notice(api.database, caller.author, reach, notice)

    @routes.patch("/notices/<notice>", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def edit(notice: str, body: NoticeEditBody) -> gestures.NoticeAnswer:
        """One more version, a draft again."""
        return gestures.edit_notice(api.database, _gesture(notice, body.base_version), body.content)

    @routes.put("/notices/drafts", Permission.DRAFT_NOTICES, of=PEOPLE, anywhere=True)
    def keep(body: NoticeDraftBody) -> drafts.KeptDraftAnswer:
        """Keeps what is typed, for thirty days after its last change; nobody else can read it."""
        typed = body.model_dump(exclude={"draft"})
        account, now = identify().author.person_id, api.database.clock.now()
        new = DraftRow(account=account, id=body.draft, changed_at=now, **typed)
        return drafts.keep_draft(api.database, new)

    @routes.get("/notices/drafts", Permission.DRAFT_NOTICES, of=PEOPLE, anywhere=True)
    def own() -> drafts.NoticeDraftsAnswer:
        """What the caller typed and has not saved."""
        return {"drafts": drafts.own_drafts(api.database, identify().author)}

    @routes.delete(
        "/notices/drafts/<draft>",
        Permission.DRAFT_NOTICES,
        of=PEOPLE,
        anywhere=True,
        responses={204: None},
    )
    def drop(draft: str) -> Any:
        """Deletes a draft of the caller, where there is one."""
        drafts.drop_draft(api.database, identify().author, draft)
        return "", 204

    @routes.post("/halls/<hall>/notices/preview", Permission.DRAFT_NOTICES, of=PEOPLE)
    def preview(body: NoticeBody, at: HallCall) -> ProgrammeAnswer:
        """The programme of a screen with a notice that somebody is writing. Nothing is stored."""
        _, reach = reach_of_caller()
        return gestures.preview_notice(
            api.database, at.hall, body.content, reach=reach, translate=api.translate
        )


def _proposing(routes: ApiRoutes, api: Api) -> None:
    @routes.post("/notices/<notice>/submit", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def submit(notice: str, body: NoticeVersionBody) -> gestures.NoticeAnswer:
        """The version waits for whoever decides."""
        return gestures.submit_notice(api.database, _gesture(notice, body.version, body.state))

    @routes.post("/notices/propose", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def propose(body: NoticeBody) -> tuple[gestures.NoticeAnswer, Literal[201]]:
        """A new notice that waits for whoever decides: drafted and submitted in one transaction."""
        caller, reach = reach_of_caller()
        key = write_key(caller.author)
        return propose_new(api.database, caller.author, body.content, reach=reach, write_key=key), 201

    @routes.post("/notices/<notice>/propose", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def propose_version(notice: str, body: NoticeProposalBody) -> gestures.NoticeAnswer:
        """Proposes the notice with these words: edited and submitted in one transaction."""
        return propose_edited(api.database, _gesture(notice, body.version, body.state), body.content)

    @routes.post("/notices/<notice>/take-back", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def take_back(notice: str, body: NoticeVersionBody) -> gestures.NoticeAnswer:
        """The version that waits for a decision is a draft again."""
        return gestures.take_back_notice(api.database, _gesture(notice, body.version, body.state))

    @routes.post("/notices/<notice>/approve", Permission.PUBLISH_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def approve(notice: str, body: NoticeVersionBody) -> gestures.NoticeAnswer:
        """The version may be published."""
        return gestures.approve_notice(api.database, _gesture(notice, body.version, body.state))

    @routes.post("/notices/<notice>/refuse", Permission.PUBLISH_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def refuse(notice: str, body: NoticeRefusalBody) -> gestures.NoticeAnswer:
        """The version goes back with a reason."""
        return gestures.refuse_notice(api.database, _gesture(notice, body.version, body.state), body.reason)

    @routes.post("/notices/<notice>/archive", Permission.PUBLISH_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def archive(notice: str, body: NoticeVersionBody) -> gestures.NoticeAnswer:
        """It leaves the lists."""
        return gestures.archive_notice(api.database, _gesture(notice, body.version, body.state))


def _showing(routes: ApiRoutes, api: Api, programme_changed: Callable[[], None]) -> None:
    @routes.post("/notices/<notice>/publish", Permission.PUBLISH_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def publish(notice: str, body: NoticeDisplayBody) -> PublishedNoticeAnswer:
        """The version is shown; published again, its dates change."""
        display = DisplayRequest(body.starts_at, body.ends_at)
        gesture = _gesture(notice, body.version, body.state)
        enter_closure(api.database, gesture.author, gesture.reach, None, (notice, body.version))
        answer = publish_notice(api.database, gesture, display)
        programme_changed()
        return answer

    @routes.post("/notices/<notice>/withdraw", Permission.PUBLISH_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def withdraw(notice: str, body: NoticeVersionBody) -> gestures.NoticeAnswer:
        """It is shown no more."""
        answer = gestures.withdraw_notice(api.database, _gesture(notice, body.version, body.state))
        programme_changed()
        return answer

    @routes.post("/notices/publish", Permission.PUBLISH_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def publish_at_once(body: NoticeBody) -> tuple[PublishedNoticeAnswer, Literal[201]]:
        """A new notice on the screens: drafted, submitted, approved and published in one transaction."""
        caller, reach = reach_of_caller()
        key = write_key(caller.author)
        enter_closure(api.database, caller.author, reach, body.content)
        answer = publish_new(api.database, caller.author, body.content, reach=reach, write_key=key)
        programme_changed()
        return answer, 201

    @routes.post(
        "/notices/<notice>/put-on-screens", Permission.PUBLISH_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True
    )
    def put_on_screens(notice: str, body: NoticeOnScreensBody) -> PublishedNoticeAnswer:
        """Puts the notice on screens with these words: every step that it still needs, in one transaction."""
        gesture = _gesture(notice, body.version, body.state)
        enter_closure(api.database, gesture.author, gesture.reach, body.content, (notice, body.version))
        answer = publish_edited(api.database, gesture, body.content)
        programme_changed()
        return answer


def reach_of_caller() -> tuple[Caller, Reach]:
    """Who calls, a person or a key, and where they may draft and decide.

    Refusals: not_signed_in, forbidden.
    """
    caller, drafts = sites_where(Permission.DRAFT_NOTICES)
    configures = caller.sites_of(Permission.CONFIGURE) if caller.kind == "person" else frozenset()
    return caller, Reach(drafts, sites_of_caller(caller, Permission.PUBLISH_NOTICES), configures)
