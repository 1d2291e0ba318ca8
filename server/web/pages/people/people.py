"""People, `/personnes`: accounts with their roles at sites; inviting, locking, removing.

Works without JavaScript.
"""

from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.hall.configuration import MAY_BE_LIMITED
from server.domain.languages import FRENCH
from server.domain.people.roles import ROLES, Permission
from server.domain.refusals import Refusal
from server.domain.texts import LONGEST_EMAIL
from server.language import LANGUAGES, own_name
from server.store.people.accounts import EVERY_SITE, Grant
from server.usecases.notices.notice_places import Sites
from server.usecases.people.accounts import (
    LONGEST_LOGIN,
    LONGEST_NAME,
    Described,
    change_roles,
    describe_account,
    lock_account,
    remove_account,
    unlock_account,
)
from server.usecases.people.directory import (
    Person,
    halls_by_site,
    known_sites,
    names_of_roles,
    read_people,
    read_person,
)
from server.usecases.people.invitations import Link, invite, open_link, read_invitation, renew_link
from server.usecases.people.sessions import end_every_session, end_session
from server.usecases.quality.visits import decide_individual_figures, sites_with_individual_figures
from server.web.access.callers import Caller, sites_where
from server.web.access.requirements import PEOPLE, requires
from server.web.access.site_context import SiteContext
from server.web.pages.notices.media import look_of
from server.web.pages.people.accounts import (
    LONGEST_LINK,
    LetterContent,
    LetterPost,
    LinkLetter,
    sent_letter,
    typed_letter,
)
from server.web.rendering.problems import refusal_sentence, status_of
from server.web.rendering.viewer import instant_text, page_language, page_sentence, zone_of

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


def people_pages(site: SiteContext, post: LetterPost) -> Blueprint:
    """The routes, for people who administer accounts at some site."""
    routes = Blueprint("people", __name__, template_folder="templates")
    pages = _Pages(site, post)
    routes.get("/personnes")(pages.people)
    routes.get("/personnes/inviter")(pages.inviting)
    routes.post("/personnes/inviter")(pages.invite)
    routes.get("/personnes/<account>")(pages.person)
    routes.post("/personnes/<account>/<any(description, roles, lien):verb>")(pages.change)
    routes.post("/personnes/<account>/envoi")(pages.send_link)
    routes.post("/personnes/<account>/<any(bloquer, debloquer, supprimer, sessions):verb>")(pages.end)
    routes.post("/personnes/chiffres-individuels")(pages.decide_figures)
    return routes


class _Pages:
    """The views; each first finds the caller, and the sites where they administer people."""

    def __init__(self, site: SiteContext, post: LetterPost) -> None:
        self.site = site
        self.post = post
        self.database = site.database

    @requires(Permission.ADMINISTER_PEOPLE, of=PEOPLE, anywhere=True)
    def people(self) -> Any:
        """Everybody, or the people of a site whose name or login contains the searched text."""
        _, sites = _reader()
        words, at = request.args.get("q", "")[:80].strip(), request.args.get("site", "")
        everybody = read_people(self.database, sites)
        found = [each for each in everybody if _is_found(each, words.casefold(), at)]
        return self._page(
            "people/people.html",
            sites,
            people=found,
            everybody=len(everybody),
            words=words,
            at=at,
            figures=sites_with_individual_figures(self.database),
        )

    @requires(Permission.ADMINISTER_PEOPLE, of=PEOPLE, anywhere=True)
    def inviting(self) -> Any:
        """The empty form of an invitation."""
        _, sites = _reader()
        return self._invite_page(sites, Described("", ""), [])

    @requires(Permission.ADMINISTER_PEOPLE, of=PEOPLE, anywhere=True)
    def invite(self) -> Any:
        """A new account and its link, shown once."""
        caller, sites = _reader()
        described, grants = _described(), _grants()
        try:
            link = invite(self.database, caller.author, described, grants, sites=sites)
        except Refusal as refusal:
            return self._invite_page(sites, described, grants, refusal), status_of(refusal)
        return self._link_page(link, sites)

    def _invite_page(
        self, sites: Sites, described: Described, grants: list[Grant], refusal: Refusal | None = None
    ) -> str:
        refused = self._refused(refusal)
        return self._page("people/invite.html", sites, described=described, grants=grants, **refused)

    @requires(Permission.ADMINISTER_PEOPLE, of=PEOPLE, anywhere=True)
    def person(self, account: str) -> Any:
        """One person."""
        return self._person_page(account, _reader())

    def _person_page(
        self,
        account: str,
        reader: tuple[Caller, Sites],
        *,
        refusal: Refusal | None = None,
        is_of_field: bool = True,
        described: Described | None = None,
        grants: list[Grant] | None = None,
    ) -> str:
        caller, sites = reader
        person, sessions = read_person(self.database, account, sites)
        own = [grant for grant in person.grants if sites is None or grant.site in sites]
        return self._page(
            "people/person.html",
            sites,
            person=person,
            sessions=sessions,
            is_own=caller.author.person_id == account,
            described=described
            or Described(person.login, person.display_name, person.email, language=person.language),
            grants=own if grants is None else grants,
            elsewhere=[grant for grant in person.grants if grant not in own],
            **self._refused(refusal, is_of_field=is_of_field),
        )

    @requires(Permission.ADMINISTER_PEOPLE, of=PEOPLE, anywhere=True)
    def change(self, account: str, verb: str) -> Any:
        """Another description, other roles, or a new link."""
        caller, sites = _reader()
        typed: dict[str, Any] = {}
        try:
            if verb == "description":
                typed = {"described": _described()}
                describe_account(self.database, caller.author, account, typed["described"], sites=sites)
                return _to(account, "described")
            if verb == "roles":
                typed = {"grants": _grants()}
                change_roles(self.database, caller.author, account, typed["grants"], sites=sites)
                return _to(account, "roles")
            return self._link_page(renew_link(self.database, caller.author, account, sites=sites), sites)
        except Refusal as refusal:
            page = self._person_page(account, (caller, sites), refusal=refusal, **typed)
            return page, status_of(refusal)

    @requires(Permission.ADMINISTER_PEOPLE, of=PEOPLE, anywhere=True)
    def end(self, account: str, verb: str) -> Any:
        """Locks, unlocks, removes, or ends sessions: the one named, or all but the one that asks."""
        caller, sites = _reader()
        try:
            if verb == "bloquer":
                lock_account(self.database, caller.author, account, sites=sites)
                return _to(account, "locked")
            if verb == "debloquer":
                unlock_account(self.database, caller.author, account, sites=sites)
                return _to(account, "unlocked")
            if verb == "supprimer":
                remove_account(self.database, caller.author, account, sites=sites)
                return redirect("/personnes?fait=removed", 303)
            self._end_sessions(caller, account, sites)
            return _to(account, "ended")
        except Refusal as refusal:
            page = self._person_page(account, (caller, sites), refusal=refusal, is_of_field=False)
            return page, status_of(refusal)

    def _end_sessions(self, caller: Caller, account: str, sites: Sites) -> None:
        session = request.form.get("session", "")
        if session:
            end_session(self.database, caller.author, account, session, sites=sites)
        else:
            own = caller.session if caller.author.person_id == account else None
            end_every_session(self.database, caller.author, account, but=own, sites=sites)

    @requires(Permission.ADMINISTER_PEOPLE, of=PEOPLE, anywhere=True)
    def decide_figures(self) -> Any:
        """Turns the figures of one agent on or off at a site."""
        caller, sites = _reader()
        at, is_on = request.form.get("site", ""), request.form.get("on") == "1"
        decide_individual_figures(self.database, caller.author, at, is_on=is_on, sites=sites)
        return redirect("/personnes?fait=figures#figures", 303)

    @requires(Permission.ADMINISTER_PEOPLE, of=PEOPLE, anywhere=True)
    def send_link(self, account: str) -> Any:
        """Sends the link just made by letter; in any case it may still be copied."""
        caller, sites = _reader()
        try:
            link = open_link(self.database, account, request.form.get("t", "")[:LONGEST_LINK], sites=sites)
        except Refusal as refusal:
            page = self._person_page(account, (caller, sites), refusal=refusal, is_of_field=False)
            return page, status_of(refusal)
        zone = zone_of(known_sites(self.database), sites)
        handed = LetterContent(
            read_invitation(self.database, link.token),
            self._address(link),
            look_of(self.database).name,
            lambda language: instant_text(link.expires_at, language, zone),
        )
        say = page_sentence()
        letter = sent_letter(self.post, typed_letter(), handed, say)
        return self._link_page(link, sites, letter), letter.status

    def _link_page(self, link: Link, sites: Sites, letter: LinkLetter | None = None) -> str:
        person, _ = read_person(self.database, link.account, sites)
        return self._page(
            "people/link.html",
            sites,
            person=person,
            address=self._address(link),
            token=link.token,
            expires_at=link.expires_at,
            may_send=self.post.send is not None,
            letter=letter or LinkLetter(address=person.email),
        )

    def _page(self, template: str, sites: Sites, **values: Any) -> str:
        named_sites, language = known_sites(self.database), page_language()
        zone = zone_of(named_sites, sites)
        done = request.args.get("fait")
        return render_template(
            template,
            **values,
            roles=list(ROLES),
            sites={slug: each.name for slug, each in named_sites.items() if sites is None or slug in sites},
            names=names_of_roles(self.database, language),
            halls=halls_by_site(self.database),
            may_be_limited=MAY_BE_LIMITED,
            may_every_site=sites is None,
            every_site=EVERY_SITE,
            language_names={each: own_name(each) for each in LANGUAGES},
            instant=lambda at: instant_text(at, language, zone),
            longest={"login": LONGEST_LOGIN, "name": LONGEST_NAME, "email": LONGEST_EMAIL},
            done=done if done in DONE else None,
        )

    def _refused(self, refusal: Refusal | None, *, is_of_field: bool = True) -> dict[str, str]:
        """The field that a refusal is about ("form": none), and its sentence."""
        if refusal is None:
            return {"field": "", "sentence": ""}
        sentence = refusal_sentence(refusal)
        return {"field": FIELDS.get(refusal.code, "form") if is_of_field else "form", "sentence": sentence}

    def _address(self, link: Link) -> str:
        """Of the public address, whichever name this request was made by."""
        base = self.site.settings.public_url or request.url_root
        return f"{base.rstrip('/')}/invitation#t={link.token}"


def _reader() -> tuple[Caller, Sites]:
    """The caller, who administers people, and at which sites."""
    return sites_where(Permission.ADMINISTER_PEOPLE)


def _described() -> Described:
    form = request.form
    return Described(
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


def _is_found(person: Person, words: str, site: str) -> bool:
    is_named = words in person.display_name.casefold() or words in person.login
    return is_named and (not site or any(grant.site in (site, EVERY_SITE) for grant in person.grants))


def _to(account: str, done: str) -> Response:
    return redirect(f"/personnes/{account}?fait={done}", 303)
