"""People, `/personnes`: accounts with their roles at sites; inviting, locking, removing.

Works without JavaScript.
"""

from typing import Any

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.hall.configuration import MAY_BE_LIMITED
from server.domain.languages import FRENCH
from server.domain.people.roles import ROLES, Permission
from server.domain.refusals import Refusal
from server.domain.texts import LONGEST_EMAIL
from server.language import LANGUAGES, own_name
from server.store.people.accounts import EVERY_SITE, Grant
from server.usecases.notices.notice_places import Sites
from server.usecases.people import accounts, directory
from server.usecases.people.invitations import Link, invite, open_link, read_invitation, renew_link
from server.usecases.people.sessions import end_every_session, end_session
from server.usecases.quality.visits import decide_individual_figures, sites_with_individual_figures
from server.web.access.callers import Caller, database, sites_where
from server.web.access.requirements import PageRoutes
from server.web.access.site_context import SiteContext, of_app
from server.web.pages.notices.media import look_of
from server.web.pages.people.accounts import (
    LONGEST_LINK,
    LetterContent,
    LetterPost,
    LinkLetter,
    sent_letter,
    typed_letter,
)
from server.web.rendering import page
from server.web.rendering.problems import refusal_sentence, show_again
from server.web.rendering.viewer import instant_text, zone_of

MOST_ROLES = 40
FIELDS = {
    "bad_login": "login",
    "login_taken": "login",
    "bad_name": "name",
    "bad_email": "email",
    "email_taken": "email",
    "wrong_language": "language",
    "role_missing": "roles",
    "unknown_role": "roles",
    "unknown_site": "roles",
    **dict.fromkeys(("role_twice", "role_not_limited", "unknown_place"), "roles"),
    "last_administrator": "roles",
}
"""The field of a refusal; a refusal without one is shown above the form."""
DONE = ("described", "roles", "locked", "unlocked", "ended", "removed", "figures")
"""Actions that a page may report as just done."""

routes = PageRoutes("people", __name__, template_folder="templates")
NEEDED = Permission.ADMINISTER_PEOPLE
site, letter_post = of_app(SiteContext), of_app(LetterPost)


@routes.get("/personnes", NEEDED, anywhere=True)
def people() -> Any:
    """Everybody, or the people of a site whose name or login contains the searched text."""
    _, sites = _reader()
    words, at = request.args.get("q", "")[:80].strip(), request.args.get("site", "")
    everybody = directory.read_people(database(), sites)
    found = [each for each in everybody if _is_found(each, words.casefold(), at)]
    return _page(
        "people/people.html",
        sites,
        people=found,
        everybody=len(everybody),
        words=words,
        at=at,
        figures=sites_with_individual_figures(database()),
    )


@routes.get("/personnes/inviter", NEEDED, anywhere=True)
def inviting() -> Any:
    """The empty form of an invitation."""
    _, sites = _reader()
    return _invite_page(sites, accounts.Described("", ""), [])


@routes.post("/personnes/inviter", NEEDED, anywhere=True)
def invited() -> Any:
    """A new account and its link, shown once."""
    caller, sites = _reader()
    described, grants = _described(), _grants()
    show_again(lambda refusal: _invite_page(sites, described, grants, refusal))
    return _link_page(invite(database(), caller.author, described, grants, sites=sites), sites)


def _invite_page(
    sites: Sites, described: accounts.Described, grants: list[Grant], refusal: Refusal | None = None
) -> str:
    refused = _refused(refusal)
    return _page("people/invite.html", sites, described=described, grants=grants, **refused)


@routes.get("/personnes/<account>", NEEDED, anywhere=True)
def person(account: str) -> Any:
    """One person."""
    return _person_page(account, _reader())


def _person_page(
    account: str,
    reader: tuple[Caller, Sites],
    *,
    refusal: Refusal | None = None,
    is_of_field: bool = True,
    described: accounts.Described | None = None,
    grants: list[Grant] | None = None,
) -> str:
    caller, sites = reader
    person, sessions = directory.read_person(database(), account, sites)
    own = [grant for grant in person.grants if sites is None or grant.site in sites]
    return _page(
        "people/person.html",
        sites,
        person=person,
        sessions=sessions,
        is_own=caller.author.person_id == account,
        described=described
        or accounts.Described(person.login, person.display_name, person.email, language=person.language),
        grants=own if grants is None else grants,
        elsewhere=[grant for grant in person.grants if grant not in own],
        **_refused(refusal, is_of_field=is_of_field),
    )


@routes.post("/personnes/<account>/<any(description, roles, lien):verb>", NEEDED, anywhere=True)
def change(account: str, verb: str) -> Any:
    """Another description, other roles, or a new link."""
    caller, sites = _reader()
    described = _described() if verb == "description" else None
    grants = _grants() if verb == "roles" else None
    show_again(
        lambda refusal: _person_page(
            account, (caller, sites), refusal=refusal, described=described, grants=grants
        )
    )
    if described is not None:
        accounts.describe_account(database(), caller.author, account, described, sites=sites)
        return _to(account, "described")
    if grants is not None:
        accounts.change_roles(database(), caller.author, account, grants, sites=sites)
        return _to(account, "roles")
    return _link_page(renew_link(database(), caller.author, account, sites=sites), sites)


@routes.post(
    "/personnes/<account>/<any(bloquer, debloquer, supprimer, sessions):verb>", NEEDED, anywhere=True
)
def end(account: str, verb: str) -> Any:
    """Locks, unlocks, removes, or ends sessions: the one named, or all but the one that asks."""
    caller, sites = _reader()
    show_again(lambda refusal: _person_page(account, (caller, sites), refusal=refusal, is_of_field=False))
    if verb == "bloquer":
        accounts.lock_account(database(), caller.author, account, sites=sites)
        return _to(account, "locked")
    if verb == "debloquer":
        accounts.unlock_account(database(), caller.author, account, sites=sites)
        return _to(account, "unlocked")
    if verb == "supprimer":
        accounts.remove_account(database(), caller.author, account, sites=sites)
        return redirect("/personnes?fait=removed", 303)
    _end_sessions(caller, account, sites)
    return _to(account, "ended")


def _end_sessions(caller: Caller, account: str, sites: Sites) -> None:
    session = request.form.get("session", "")
    if session:
        end_session(database(), caller.author, account, session, sites=sites)
    else:
        own = caller.session if caller.author.person_id == account else None
        end_every_session(database(), caller.author, account, but=own, sites=sites)


@routes.post("/personnes/chiffres-individuels", NEEDED, anywhere=True)
def decide_figures() -> Any:
    """Turns the figures of one agent on or off at a site."""
    caller, sites = _reader()
    at, is_on = request.form.get("site", ""), request.form.get("on") == "1"
    decide_individual_figures(database(), caller.author, at, is_on=is_on, sites=sites)
    return redirect("/personnes?fait=figures#figures", 303)


@routes.post("/personnes/<account>/envoi", NEEDED, anywhere=True)
def send_link(account: str) -> Any:
    """Sends the link just made by letter; in any case it may still be copied."""
    caller, sites = _reader()
    show_again(lambda refusal: _person_page(account, (caller, sites), refusal=refusal, is_of_field=False))
    link = open_link(database(), account, request.form.get("t", "")[:LONGEST_LINK], sites=sites)
    zone = zone_of(directory.known_sites(database()), sites)
    handed = LetterContent(
        read_invitation(database(), link.token),
        _address(link),
        look_of().name,
        lambda language: instant_text(link.expires_at, language, zone),
    )
    say = page.sentence()
    letter = sent_letter(letter_post, typed_letter(), handed, say)
    return _link_page(link, sites, letter), letter.status


def _link_page(link: Link, sites: Sites, letter: LinkLetter | None = None) -> str:
    person, _ = directory.read_person(database(), link.account, sites)
    return _page(
        "people/link.html",
        sites,
        person=person,
        address=_address(link),
        token=link.token,
        expires_at=link.expires_at,
        may_send=letter_post.send is not None,
        letter=letter or LinkLetter(address=person.email),
    )


def _page(template: str, sites: Sites, **values: Any) -> str:
    named_sites, language = directory.known_sites(database()), page.language()
    zone = zone_of(named_sites, sites)
    done = request.args.get("fait")
    return render_template(
        template,
        **values,
        roles=list(ROLES),
        sites={slug: each.name for slug, each in named_sites.items() if sites is None or slug in sites},
        names=directory.names_of_roles(database(), language),
        halls=directory.halls_by_site(database()),
        may_be_limited=MAY_BE_LIMITED,
        may_every_site=sites is None,
        every_site=EVERY_SITE,
        language_names={each: own_name(each) for each in LANGUAGES},
        instant=lambda at: instant_text(at, language, zone),
        longest={"login": accounts.LONGEST_LOGIN, "name": accounts.LONGEST_NAME, "email": LONGEST_EMAIL},
        done=done if done in DONE else None,
    )


def _refused(refusal: Refusal | None, *, is_of_field: bool = True) -> dict[str, str]:
    """The field that a refusal is about ("form": none), and its sentence."""
    if refusal is None:
        return {"field": "", "sentence": ""}
    sentence = refusal_sentence(refusal)
    return {"field": FIELDS.get(refusal.code, "form") if is_of_field else "form", "sentence": sentence}


def _address(link: Link) -> str:
    """Of the public address, whichever name this request was made by."""
    base = site.settings.public_url or request.url_root
    return f"{base.rstrip('/')}/invitation#t={link.token}"


def _reader() -> tuple[Caller, Sites]:
    """The caller, who administers people, and at which sites."""
    return sites_where(NEEDED)


def _described() -> accounts.Described:
    form = request.form
    return accounts.Described(
        form.get("login", "")[:200],
        form.get("name", "")[:200],
        form.get("email", "")[:300],
        form.get("language", FRENCH)[:20],
    )


def _grants() -> list[Grant]:
    """The roles chosen, row by row, with what each is limited to; a row without a role is none."""
    chosen = zip(request.form.getlist("role"), request.form.getlist("site"), strict=False)
    found = [
        Grant(role, site, tuple(sorted(set(request.form.getlist(f"limit-{number}")))))
        for number, (role, site) in enumerate(list(chosen)[:MOST_ROLES], start=1)
        if role
    ]
    return list(dict.fromkeys(found))


def _is_found(person: directory.Person, words: str, site: str) -> bool:
    is_named = words in person.display_name.casefold() or words in person.login
    return is_named and (not site or any(grant.site in (site, EVERY_SITE) for grant in person.grants))


def _to(account: str, done: str) -> Response:
    return redirect(f"/personnes/{account}?fait={done}", 303)
