"""The targets of a hall, `/objectifs`: those that apply, will and did, one more, one less. No JavaScript."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import abort, redirect, render_template, request

from server.domain.author import Author
from server.domain.hall.configuration import HallConfiguration
from server.domain.people.roles import Permission
from server.domain.quality.periods import PeriodKind, period_of
from server.domain.quality.targets import (
    FARTHEST,
    HIGHEST_SHARE_PERCENT,
    LONGEST_NAME,
    LONGEST_WAIT_S,
    LOWEST_SHARE_PERCENT,
    SHORTEST_WAIT_S,
    TargetRequest,
    TargetSpan,
    WithdrawalReason,
    WithdrawalRequest,
)
from server.domain.refusals import Refusal
from server.ids import new_id
from server.usecases.quality.targets import (
    ServiceTargets,
    decide_target,
    read_measured,
    read_targets,
    withdraw_target,
)
from server.web.access.callers import database, require_caller
from server.web.access.requirements import PageRoutes
from server.web.pages.quality.target_wording import Wording, history_of, state_of
from server.web.pages.quality.wording import minutes
from server.web.rendering import page
from server.web.rendering.problems import (
    press_key,
    problems_of,
    show_again,
    typed_day,
    typed_lines,
)

FIELDS = {
    "unknown_service": "demarche",
    "bad_target_wait": "minutes",
    "bad_target_share": "part",
    "bad_target_start": "debut",
    "bad_withdrawal_day": "debut",
    "withdrawal_reason_missing": "motif",
    "bad_decision_day": "decide_le",
    "target_decider_missing": "par",
    "target_decider_too_long": "par",
}
"""The field of a refusal; a refusal without one is shown above the form."""
FIRST_SHARE_PERCENT = 80
"""What the form proposes where nothing was decided before."""


@dataclass(frozen=True, slots=True)
class TargetFields:
    """The fields as texts. `form` is new with each form shown: of two presses alike one target is made."""

    service: str
    minutes: str
    share: str
    starts_on: str
    decided_on: str
    decided_by: str
    form: str

    def as_request(self) -> TargetRequest:
        """The target; what cannot be read is out of bounds, and refused as such."""
        return TargetRequest(
            self.service,
            wait_s=60 * _whole(self.minutes),
            share_percent=_whole(self.share),
            applies_from_on=typed_day(self.starts_on),
            decided_on=typed_day(self.decided_on, date.max),
            decided_by=self.decided_by,
        )


@dataclass(frozen=True, slots=True)
class TypedWithdrawal:
    """The fields of a withdrawal as texts, of the target `target` (id)."""

    service: str
    target: str
    from_on: str
    reason: str
    decided_on: str
    decided_by: str
    form: str

    @classmethod
    def first(cls, span: TargetSpan, on: date) -> "TypedWithdrawal":
        """The first values of the form: the first possible day, the office that decided the target, no
        reason.
        """
        days, target = span.days_to_withdraw(on), span.target
        from_on = "" if days is None else days[0].isoformat()
        return cls(target.service, target.id, from_on, "", on.isoformat(), target.decided_by, new_id())

    def as_request(self) -> WithdrawalRequest:
        """The withdrawal; a day that cannot be read is out of bounds. Refusal: withdrawal_reason_missing."""
        if self.reason not in set(WithdrawalReason):
            raise Refusal("withdrawal_reason_missing")
        return WithdrawalRequest(
            self.target,
            from_on=typed_day(self.from_on),
            reason=WithdrawalReason(self.reason),
            decided_on=typed_day(self.decided_on, date.max),
            decided_by=self.decided_by,
        )


def first_typed(services: Sequence[ServiceTargets], chosen: ServiceTargets | None, on: date) -> TargetFields:
    """The first values of the form: the service's newest target, from next month, and the last decider."""
    newest = None if chosen is None else [chosen.now, *chosen.to_come][-1]
    wait_s = 0 if chosen is None else chosen.service.target_s
    share_percent = FIRST_SHARE_PERCENT
    if newest is not None:
        wait_s, share_percent = newest.target.wait_s, newest.target.share_percent
    decided = [span.target for each in services for span in each.spans]
    last = max(decided, key=lambda each: (each.recorded_at, each.id), default=None)
    return TargetFields(
        service="" if chosen is None else chosen.service.id,
        minutes=str(wait_s // 60),
        share=str(share_percent),
        starts_on=period_of(PeriodKind.MONTH, on).ends_on.isoformat(),
        decided_on=on.isoformat(),
        decided_by="" if last is None else last.decided_by,
        form=new_id(),
    )


def bounds(on: date) -> dict[str, Any]:
    """What each field may hold, as of a local date."""
    return {
        "minutes": (SHORTEST_WAIT_S // 60, LONGEST_WAIT_S // 60),
        "share": (LOWEST_SHARE_PERCENT, HIGHEST_SHARE_PERCENT),
        "starts_on": (on.isoformat(), (on + FARTHEST).isoformat()),
        "decided_on": on.isoformat(),
        "decided_by": LONGEST_NAME,
    }


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


routes = PageRoutes("targets_page", __name__, template_folder="templates")
"""Reading needs `read_figures`, deciding `decide_targets`."""


@routes.get("/objectifs", Permission.READ_FIGURES)
def targets() -> Any:
    return _page(page.hall(Permission.READ_FIGURES))


@routes.post("/objectifs", Permission.DECIDE_TARGETS)
def decide() -> Any:
    names = ("demarche", "minutes", "part", "debut", "decide_le", "par", "formulaire")
    typed = TargetFields(*typed_lines(request.form, *names))

    def decided(hall: str, author: Author) -> dict[str, str]:
        key = press_key(author, typed)
        answer = decide_target(database(), hall, author, typed.as_request(), write_key=key)
        return {"demarche": typed.service, "decide": answer["target"]}

    return _entered(decided, typed=typed)


@routes.post("/objectifs/retrait", Permission.DECIDE_TARGETS)
def withdraw() -> Any:
    names = ("demarche", "objectif", "debut", "motif", "decide_le", "par", "formulaire")
    typed = TypedWithdrawal(*typed_lines(request.form, *names))

    def withdrawn(hall: str, author: Author) -> dict[str, str]:
        key = press_key(author, typed)
        answer = withdraw_target(database(), hall, author, typed.as_request(), write_key=key)
        return {"demarche": answer["service"], "retire": answer["withdrawal"]}

    return _entered(withdrawn, leaving=typed)


def _entered(
    enter: Callable[[str, Author], dict[str, str]],
    *,
    typed: TargetFields | None = None,
    leaving: TypedWithdrawal | None = None,
) -> Any:
    """Redirects to the page of what was entered (a repeated press gets the same), or shows the refusal."""
    hall = page.hall(Permission.DECIDE_TARGETS)
    caller = require_caller(Permission.DECIDE_TARGETS, hall.hall)[0]
    show_again(lambda refusal: _page(hall, typed=typed, leaving=leaving, refusal=refusal))
    entered = enter(hall.hall, caller.author)
    return redirect(f"/objectifs?{urlencode({'hall': hall.hall} | entered)}#decided", 303)


def _page(
    hall: HallConfiguration,
    *,
    typed: TargetFields | None = None,
    leaving: TypedWithdrawal | None = None,
    refusal: Refusal | None = None,
) -> str:
    """The page, with the form of a target, or of its withdrawal (`leaving`), as it was typed."""
    on, services = read_targets(database(), hall.hall)
    sent = typed or leaving
    service = sent.service if sent else request.args.get("demarche", "")
    chosen = next((each for each in services if each.service.id == service), None)
    if service and chosen is None and refusal is None:
        abort(404)
    may_decide = page.may(Permission.DECIDE_TARGETS, hall.site.slug)
    target_id = leaving.target if leaving else request.args.get("retirer", "")
    span = _span(chosen, target_id) if may_decide and target_id else None
    if span is not None and leaving is None:
        leaving = TypedWithdrawal.first(span, on)
    typed = typed or first_typed(services, chosen, on)
    words = Wording(page.sentence(), hall.site.time_zone)
    months = read_measured(database(), hall.hall, service, on) if chosen else []
    return render_template(
        "targets/targets.html",
        hall=hall,
        halls=page.halls(Permission.READ_FIGURES),
        services=services,
        chosen=chosen,
        words=words,
        minutes=minutes,
        state_of=state_of,
        history=history_of(services if chosen is None else [chosen]),
        measured=None if chosen is None else words.measured(months, chosen, typed.minutes),
        decided=words.decided(services, request.args.get("decide", ""))
        or words.withdrawn(services, request.args.get("retire", "")),
        withdrawing=span if span and span.days_to_withdraw(on) else None,
        reasons=list(WithdrawalReason),
        leaving=leaving,
        typed=typed,
        bounds=bounds(on),
        problems=problems_of(refusal, FIELDS),
        may_decide=may_decide,
    )


def _span(of: ServiceTargets | None, target: str) -> TargetSpan | None:
    return None if of is None else next((each for each in of.spans if each.target.id == target), None)
