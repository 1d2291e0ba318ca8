"""One’s own account, `/compte`; the link of an invitation, `/invitation`, and the letter that carries it.

Rights, `/droits`: what each role, device and API key may do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import redirect, render_template, request
from werkzeug.exceptions import TooManyRequests

from server.domain.hall.configuration import AT_SELF_SERVICE, REACHING
from server.domain.people.roles import DEVICE_KINDS, ROLES, SCOPES, Permission
from server.domain.refusals import Refusal
from server.domain.texts import Letter, is_email
from server.ids import new_id
from server.language import LANGUAGES, own_name
from server.store.people.accounts import EVERY_SITE
from server.usecases.people.directory import known_sites, names_of_places, names_of_roles, read_own_sessions
from server.usecases.people.invitations import Invitation, accept_invitation, read_invitation
from server.usecases.people.sessions import SHORTEST_PASSWORD, end_every_session, end_session
from server.usecases.people.sign_in import (
    DENSITIES,
    THEMES,
    change_own_password,
    choose_own_display,
    choose_own_language,
)
from server.usecases.quality.visits import sites_with_individual_figures
from server.web.access.callers import Caller, identify
from server.web.access.requirements import PEOPLE, Access, PageRoutes
from server.web.access.sign_in import LONGEST_TYPED, attempt_of, signed_in
from server.web.access.site_context import SiteContext, every_hall
from server.web.rendering import page
from server.web.rendering.problems import refusal_sentence, show_again, status_of
from server.web.rendering.viewer import Sentence, instant_text, zone_of

PRESENT = frozenset({"wrong_password", "sign_ins_slowed"})
"""Refusals of the present password; any other is of the new one."""
DONE = ("password", "ended", "language", "display")

LONGEST_LINK = 400
OF_PASSWORD = frozenset(
    {"password_too_short", "password_too_long", "password_of_names", "password_common", "passwords_differ"}
)
"""Refusals of the password that was chosen; any other is of the link."""
LONGEST_ADDRESS = 300
GROUPS: Mapping[str, tuple[Permission, ...]] = {
    "visitors": (
        Permission.ISSUE,
        Permission.DISTRIBUTE,
        Permission.CALL,
        Permission.RECEIVE,
        Permission.REPRINT,
        Permission.READ_QUEUE,
        Permission.READ_BOARD,
    ),
    "appointments": (Permission.READ_APPOINTMENTS, Permission.BOOK),
    "safety": (
        *(Permission.NOTE_INCIDENTS, Permission.RECEIVE_INCIDENTS, Permission.ASK_HELP),
        *(Permission.RAISE_ALERT, Permission.END_ALERT, Permission.SEND_BULLETINS),
    ),
    "display": (Permission.DRAFT_NOTICES, Permission.PUBLISH_NOTICES, Permission.SET_LOOK),
    "figures": (
        Permission.READ_FIGURES,
        Permission.EXPORT_VISITS,
        Permission.DECIDE_TARGETS,
        Permission.TYPE_FIGURES,
        Permission.WRITE_REPORTS,
        Permission.RUN_SURVEYS,
        Permission.ANSWER_COMPLAINTS,
    ),
    "running": (
        Permission.SUPERVISE,
        Permission.READ_JOURNAL,
        Permission.CONFIGURE,
        Permission.ADMINISTER_PEOPLE,
        Permission.READ_RETENTION,
        Permission.READ_HELP,
    ),
}
"""Every permission, in the order of the table."""


def own_account_pages(site: SiteContext) -> PageRoutes:
    """The routes, for signed-in people."""
    routes = PageRoutes("own_account", __name__, template_folder="templates")

    @routes.get("/compte", Access.KNOWN, of=PEOPLE)
    def account() -> Any:
        return _account_page(site, identify())

    @routes.post("/compte/mot-de-passe", Access.KNOWN, of=PEOPLE)
    @site.limiter.limit("20 per minute")
    def password() -> Any:
        caller = identify()
        new = request.form.get("new", "")[:LONGEST_TYPED]
        show_again(lambda refusal: _account_page(site, caller, refusal))
        if new != request.form.get("again", "")[:LONGEST_TYPED]:
            raise Refusal("passwords_differ")
        attempt = attempt_of(caller.login or "", request.form.get("present", ""))
        change_own_password(site.database, attempt, new, session=caller.session or "")
        return redirect("/compte?fait=password", 303)

    @routes.post("/compte/langue", Access.KNOWN, of=PEOPLE)
    def language() -> Any:
        choose_own_language(site.database, identify().author, request.form.get("language", ""))
        return redirect("/compte?fait=language", 303)

    @routes.post("/compte/affichage", Access.KNOWN, of=PEOPLE)
    def display() -> Any:
        chosen = request.form.get("theme", ""), request.form.get("density", "")
        choose_own_display(site.database, identify().author, *chosen)
        return redirect("/compte?fait=display", 303)

    @routes.post("/compte/sessions", Access.KNOWN, of=PEOPLE)
    def sessions() -> Any:
        caller = identify()
        session = request.form.get("session", "")
        if session:
            end_session(site.database, caller.author, caller.author.person_id, session)
        else:
            end_every_session(site.database, caller.author, caller.author.person_id, but=caller.session)
        return redirect("/compte?fait=ended#sessions", 303)

    return routes


def _account_page(site: SiteContext, caller: Caller, refusal: Refusal | None = None) -> str:
    sites, language = known_sites(site.database), page.language()
    own = [each for each in sites if any(grant.site in (each, EVERY_SITE) for grant in caller.grants)]
    zone = zone_of(sites, own)
    figures = sites_with_individual_figures(site.database)
    done = request.args.get("fait")
    return render_template(
        "people/account.html",
        caller=caller,
        sessions=read_own_sessions(site.database, caller.author.person_id),
        names=names_of_roles(site.database, language),
        figures=[sites[each].name for each in own if each in figures],
        displays={"theme": (THEMES, caller.theme), "density": (DENSITIES, caller.density)},
        every_site=EVERY_SITE,
        shortest=SHORTEST_PASSWORD,
        language_names={each: own_name(each) for each in LANGUAGES},
        instant=lambda at: instant_text(at, language, zone),
        field="" if refusal is None else ("present" if refusal.code in PRESENT else "new"),
        sentence="" if refusal is None else refusal_sentence(refusal),
        done=done if done in DONE else None,
    )


def invitation_pages(site: SiteContext) -> PageRoutes:
    """The routes; trying links is rate limited."""
    routes = PageRoutes("invitation", __name__, template_folder="templates")

    @routes.get("/invitation", Access.EVERYBODY)
    def link() -> str:
        return render_template("people/invitation.html", sentence="")

    @routes.post("/invitation", Access.EVERYBODY)
    @site.limiter.limit("20 per minute")
    def opened() -> Any:
        token = request.form.get("t", "")[:LONGEST_LINK].strip().rpartition("#t=")[2]
        try:
            invitation = read_invitation(site.database, token)
            page.speak_to(invitation.language)
            if "new" not in request.form:
                return _choosing(invitation, token)
            return _accepted(site, invitation, token)
        except Refusal as refusal:
            sentence = refusal_sentence(refusal)
            html = render_template("people/invitation.html", sentence=sentence)
            return html, status_of(refusal)

    return routes


def _accepted(site: SiteContext, invitation: Invitation, token: str) -> Any:
    new = request.form.get("new", "")[:LONGEST_TYPED]
    try:
        if new != request.form.get("again", "")[:LONGEST_TYPED]:
            raise Refusal("passwords_differ")
        accept_invitation(site.database, token, new)
    except Refusal as refusal:
        if refusal.code not in OF_PASSWORD:
            raise
        sentence = refusal_sentence(refusal)
        return _choosing(invitation, token, sentence), status_of(refusal)
    return signed_in(site, invitation.account, "/")


def _choosing(invitation: Invitation, token: str, sentence: str = "") -> str:
    return render_template(
        "people/choose_password.html",
        invitation=invitation,
        token=token,
        shortest=SHORTEST_PASSWORD,
        sentence=sentence,
    )


@dataclass(frozen=True, slots=True)
class LetterPost:
    """How letters leave: `send` answers the code of why one did not, None when it did.

    `send` is None where no mail server is set; `slow` bounds how many one person sends.
    """

    send: Callable[[Letter], str | None] | None
    slow: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLetter:
    """The form and its outcome: a `sentence`, about the address or about the whole form."""

    address: str = ""
    sentence: str = ""
    is_sent: bool = False
    is_of_address: bool = False
    status: int = 200


@dataclass(frozen=True, slots=True, repr=False)
class LetterContent:
    """The content of the letter: whose link, its whole address, its end (`until` writes it in a language)."""

    invitation: Invitation
    link: str
    organisation: str
    until: Callable[[str], str]


def typed_letter() -> LinkLetter:
    """The form of this request."""
    return LinkLetter(address=request.form.get("address", "")[:LONGEST_ADDRESS].strip())


def sent_letter(post: LetterPost, form: LinkLetter, handed: LetterContent, say: Sentence) -> LinkLetter:
    """The form after its letter was sent, in the recipient's language, or with the reason why it was not."""
    if not is_email(form.address):
        return replace(form, sentence=say("refusal.bad_recipient"), is_of_address=True, status=422)
    try:
        post.slow()
    except TooManyRequests:
        return replace(form, sentence=say("refusal.too_many_requests"), status=429)
    letter = letter_of(handed, form.address, Sentence(say.translate, handed.invitation.language))
    failure = "email_off" if post.send is None else post.send(letter)
    if failure is not None:
        why = say(f"alarms.failure.{failure}")
        return replace(form, sentence=say("people.letter.failed", why=why))
    return replace(form, sentence=say("people.letter.sent", address=form.address), is_sent=True)


def letter_of(handed: LetterContent, address: str, say: Sentence) -> Letter:
    """The letter, in the language of `say`."""
    person, why = handed.invitation, "new" if handed.invitation.is_new else "renewed"
    lines = [
        say("people.letter.hello", name=person.display_name),
        "",
        say(f"people.letter.{why}", organisation=handed.organisation),
        say("people.letter.login", login=person.login),
        "",
        say("people.letter.choose"),
        handed.link,
        "",
        say("people.letter.once", at=handed.until(say.language)),
        say("people.letter.unexpected"),
        "",
    ]
    subject = say(f"people.letter.subject.{why}", organisation=handed.organisation)
    return Letter(id=new_id(), address=address, subject=subject, text="\n".join(lines))


rights_pages = PageRoutes("rights", __name__, template_folder="templates")
"""For signed-in people."""


@rights_pages.get("/droits", Permission.READ_HELP, anywhere=True)
def rights() -> str:
    person = page.viewer()
    assert person is not None
    halls = every_hall()
    return render_template(
        "rights/rights.html",
        own=person.grants,
        names={hall.site.slug: hall.site.name for hall in halls} | names_of_places(halls, page.language()),
        every_site=EVERY_SITE,
        at_self_service=AT_SELF_SERVICE,
        reaching=REACHING,
        groups=GROUPS,
        roles=ROLES,
        devices=DEVICE_KINDS,
        scopes=SCOPES,
    )
