"""The actions of the sites whose figures one reads, `/voix/actions`; who keeps a plan has the form of one.

No JavaScript.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

from flask import abort, redirect, render_template, request

from server.domain.actions import LONGEST, ActionRequest, ActionState, Effect, OriginKind, place_of_origin
from server.domain.people.roles import Permission
from server.domain.photographs import OF_ACTION, check_proofs
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.hall_checks import ActionRow
from server.store.photographs import PROOFS
from server.usecases.actions import (
    ChangedProof,
    PlannedAction,
    action_of,
    add_action,
    change_action,
    read_actions,
)
from server.usecases.photographs import prepare_photographs
from server.web.access.callers import database
from server.web.access.requirements import PageRoutes
from server.web.pages.quality.wording import short_day
from server.web.pages.voice.photographs import needs, photograph_answer, sent_photographs, take_photographs
from server.web.rendering import page
from server.web.rendering.problems import TICKED, form_id, problems_of, show_again

PLACE = "/voix/actions"
READ, WRITE = Permission.READ_FIGURES, Permission.WRITE_REPORTS
OPEN, LATE, ALL = "open", "late", "all"
FIELDS = [each.name for each in fields(ActionRequest)]
FILTERS = (OPEN, LATE, *ActionState, ALL)
"""What the list may be cut down to, in the order of the choice."""


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Which actions are listed: of one site (slug), or of all (empty), and in which state."""

    site: str
    state: str

    def includes(self, action: PlannedAction) -> bool:
        if self.site not in ("", action.site.slug):
            return False
        of_groups = {OPEN: action.is_open, LATE: action.is_late, ALL: True}
        return of_groups.get(self.state, self.state == action.row.state)

    def address(self, *, changed: str = "") -> str:
        """The page with this choice, and with the form of an action (id)."""
        chosen = {"site": self.site, "etat": self.state if self.state != OPEN else "", "modifier": changed}
        query = urlencode({name: value for name, value in chosen.items() if value})
        return f"{PLACE}?{query}" if query else PLACE


routes = PageRoutes("actions_page", __name__, template_folder="templates")
"""The list and its form."""


@routes.get(PLACE, READ, anywhere=True)
def listed() -> Any:
    return _page(_chosen(request.args))


@routes.post(PLACE, WRITE, anywhere=True)
def keep_action() -> Any:
    typed, action = _typed(request.form), request.args.get("modifier", "")[:64]
    site = page.site(WRITE, request.form.get("site", ""))
    show_again(lambda refusal: _page(_chosen(request.args), typed=typed, refusal=refusal), raised=(404,))
    if action:
        change_action(database(), site, action, typed, _changed_proof())
    else:
        action = add_action(database(), site, typed, form=form_id())
    return redirect(f"{PLACE}?{urlencode({'etat': ALL, 'fait': action})}#action-{action}", 303)


def _changed_proof() -> ChangedProof:
    """The photographs of the form. Refusals: photographs_unticked and those of OF_ACTION; nothing is kept."""
    sent = sent_photographs(OF_ACTION)
    check_proofs(OF_ACTION, sent, 0, nobody_is_recognisable=request.form.get("nobody") == TICKED)
    numbers = range(1, OF_ACTION.most + 1)
    removed = [number for number in numbers if request.form.get(f"removed-{number}") == TICKED]
    return ChangedProof(prepare_photographs(needs.call_apart, OF_ACTION, sent), removed)


@routes.get(f"{PLACE}/<action>/photographies/<int:number>", READ, anywhere=True)
def photograph(action: str, number: int) -> Any:
    sites = page.sites(READ)
    return photograph_answer(PROOFS, lambda rows, of: action_of(rows, sites, of), action, number)


take_photographs(
    routes,
    keep_action.__name__,
    OF_ACTION,
    lambda: (_page(_chosen(request.args), refusal=OF_ACTION.too_large()), 413),
)


def _chosen(sent: Mapping[str, str]) -> _Chosen:
    state = sent.get("etat", "")
    return _Chosen(sent.get("site", "")[:64], state if state in FILTERS else OPEN)


def _typed(sent: Mapping[str, str]) -> ActionRequest:
    return ActionRequest(**{name: sent.get(name, "")[:2000] for name in FIELDS})


def _of_row(row: ActionRow) -> ActionRequest:
    """What the form holds of an action; an effect that opened it again is no longer typed."""
    kept = {name: str(getattr(row, name) or "") for name in FIELDS}
    return ActionRequest(**kept | {"effect": row.effect if row.state == ActionState.DONE else ""})


def _origin_path(action: PlannedAction, *, may_write: bool) -> str | None:
    """The page of an action's origin, None where the reader may not open it, as the register."""
    if action.origin is None or (action.origin.kind is OriginKind.COMPLAINT and not may_write):
        return None
    return place_of_origin(action.origin)


def _page(chosen: _Chosen, *, typed: ActionRequest | None = None, refusal: Refusal | None = None) -> str:
    language, sites, written = page.language(), page.sites(READ), page.sites(WRITE)
    if chosen.site:
        page.site(READ, chosen.site)
    every = read_actions(database(), sites)
    changed = request.args.get("modifier", "")
    action = next((each for each in every if each.row.id == changed and each.site in written), None)
    if changed and action is None:
        abort(404)
    first = ActionRequest("", "", "", "", "", ActionState.TO_DO) if action is None else _of_row(action.row)
    return render_template(
        "actions/actions.html",
        sites=sites,
        written=written,
        chosen=chosen,
        filters=FILTERS,
        actions=[each for each in every if chosen.includes(each)],
        has_actions=bool(every),
        late=sum(each.is_late for each in every),
        changed=action,
        site_of_form=request.form.get("site", "") if typed else chosen.site,
        typed=typed or first,
        states=list(ActionState),
        form=new_id(),
        effects=list(Effect),
        owners=sorted({each.row.owner for each in every if each.row.owner}),
        longest=LONGEST,
        photographs=OF_ACTION,
        problems=problems_of(refusal),
        done=request.args.get("fait", ""),
        day=lambda on: short_day(on, language),
        origin_path=lambda action: _origin_path(action, may_write=action.site in written),
    )
