"""From an empty installation to a first printed sheet: `/installation`, one question a page."""

from typing import Any
from urllib.parse import quote, urlencode

from flask import abort, jsonify, redirect, request
from werkzeug.wrappers import Response

from hardware.transports.serial_line import serial_lines
from hardware.transports.tcp import addresses_around, printers_among
from server.documents.from_template import TEMPLATES
from server.documents.problems import DocumentRefused
from server.domain.author import Author
from server.domain.hall.devices import PULLED_KINDS, Kiosk
from server.domain.people.roles import Permission
from server.domain.printing.printers import network_around
from server.domain.refusals import Refusal
from server.usecases.configuration.installing import add_hall, open_installation, read_installing
from server.usecases.people.accounts import Described
from server.usecases.people.invitations import check_installation_token, first_administrator
from server.usecases.printing.print_jobs import print_trial
from server.usecases.printing.printers import declare_printer_network, set_printer
from server.web.access.callers import identify
from server.web.access.cookies import delete_cookie, read_cookie, set_cookie
from server.web.access.requirements import Access, PageRoutes
from server.web.access.sign_in import signed_in
from server.web.access.site_context import SiteContext, device_address, own_authority, reached_by_lan
from server.web.assets_and_health import small_json
from server.web.pages.configuration import installing_forms
from server.web.pages.configuration.installing_forms import (
    PROTOCOLS,
    Problems,
    configurer,
    document_problems,
    field_text,
    hall_typed,
    hours_shown,
    plugged_shown,
    printer_typed,
    set_up_page,
    site_typed,
    step_page,
    template_shown,
    templates_shown,
)
from server.web.rendering import page
from server.web.rendering.problems import refusal_sentence, status_of

COMMAND = "parvis installation-link"
"""What shows the link again, on the machine."""
LINK_COOKIE = "parvis_installation"
LINK_FOR_S = 3600
LONGEST_TOKEN = 200
AFTER = (
    ("devices", "/appareils"),
    ("people", "/personnes"),
    ("reception", "/accueil?hall={hall}"),
    ("configuration", "/configuration/{hall}/edit"),
    ("help", "/aide/manuels/configuration"),
)
"""The next page: key of its sentences, and path."""
FIELD_OF_REFUSAL = {
    "bad_login": "login",
    "login_taken": "login",
    "bad_name": "display_name",
    "password_too_short": "password",
    "password_too_long": "password",
    "password_common": "password",
    "password_of_names": "password",
}

NETWORK = "/installation/reseau"
NEXT = "/installation/suite"
ANSWERED = "reseau"
"""The parameter of the last page that says that the question was answered: this machine alone."""


def installing_pages(site: SiteContext, *, has_simulated: bool) -> PageRoutes:
    """The routes. `has_simulated`: simulated printers run here, so that one may try without any."""
    routes = PageRoutes("installing_pages", __name__, template_folder="templates")
    _beginning(routes, site)
    _describing(routes, site)
    _printing(routes, site, has_simulated=has_simulated)
    _trying(routes, site, has_simulated=has_simulated)
    _network(routes, site)
    installing_forms.add_new_hall(routes, site)
    return routes


def _beginning(routes: PageRoutes, site: SiteContext) -> None:
    @routes.get("/installation", Access.EVERYBODY)
    def begin() -> Any:
        found = read_installing(site.database)
        if found.step == "administrator":
            return step_page("administrator") if _has_link(site) else step_page("link", command=COMMAND)
        if found.step == "printer":
            return redirect("/installation/imprimante")
        if identify().kind != "person":
            return redirect("/connexion?" + urlencode({"next": "/installation"}))
        configurer()
        return (
            _place_page()
            if found.step == "place"
            else step_page("template", templates=templates_shown(page.language()))
        )

    @routes.post("/installation/session", Access.EVERYBODY)
    @site.limiter.limit("10 per minute")
    def exchange() -> Response:
        token = str(small_json().get("token", ""))[:LONGEST_TOKEN]
        check_installation_token(site.database, token)
        return set_cookie(jsonify(), LINK_COOKIE, token, seconds=LINK_FOR_S)

    @routes.post("/installation/administrateur", Access.EVERYBODY)
    @site.limiter.limit("10 per minute")
    def administrator() -> Any:
        described = Described(field_text("login"), field_text("display_name"), language=page.language())
        try:
            account = first_administrator(
                site.database, described, request.form.get("password", ""), token=_link()
            )
        except Refusal as refusal:
            return _refused(site, refusal, "administrator")
        answer = signed_in(site, account, "/installation")
        delete_cookie(answer, LINK_COOKIE)
        return answer


def _describing(routes: PageRoutes, site: SiteContext) -> None:
    @routes.post("/installation/lieu", Permission.CONFIGURE, anywhere=True)
    def place() -> Any:
        author = configurer()
        try:
            open_installation(site.database, author, field_text("organisation"), site_typed())
        except DocumentRefused as refused:
            return _place_page(document_problems(site, refused)), 422
        except Refusal as refusal:
            if refusal.code != "stale_revision":  # another person was faster: continue from the present state
                raise
        return redirect("/installation", 303)

    @routes.get("/installation/hall", Permission.CONFIGURE, anywhere=True)
    def hall() -> Any:
        configurer()
        return _hall_page(request.args.get("template", ""))

    @routes.post("/installation/hall", Permission.CONFIGURE, anywhere=True)
    def add() -> Any:
        author = configurer()
        found = read_installing(site.database)
        if found.step != "hall":
            return redirect("/installation", 303)
        hall = hall_typed(field_text("template"), found.sites[0])
        try:
            add_hall(site.database, author, hall)
        except DocumentRefused as refused:
            return _hall_page(hall.template, document_problems(site, refused)), 422
        except Refusal as refusal:
            problems = {"": [refusal_sentence(refusal)]}
            return _hall_page(hall.template, problems), status_of(refusal)
        return redirect("/installation", 303)


def _printing(routes: PageRoutes, site: SiteContext, *, has_simulated: bool) -> None:
    def printer_page(problems: Problems | None = None, **shown: Any) -> str:
        """`found`: printers that answered; `network`: the one that would be declared, None: no question."""
        values = {"found": None, "network": field_text("network") or None} | shown
        kiosk = _kiosk(site)
        return step_page(
            "printer",
            kiosk=kiosk,
            has_simulated=has_simulated,
            has_codes=bool(site.settings.public_url),
            plugged=plugged_shown(),
            lines=[str(each) for each in serial_lines()],
            protocols=PROTOCOLS,
            problems=problems or {},
            **values,
        )

    @routes.get("/installation/imprimante", Permission.CONFIGURE, anywhere=True)
    def printer() -> Any:
        configurer()
        return printer_page() if _kiosk(site) else redirect("/installation/suite")

    @routes.post("/installation/imprimante", Permission.CONFIGURE, anywhere=True)
    @site.limiter.limit("30 per minute")
    def choose() -> Any:
        author = configurer()
        if "search" in request.form:
            return printer_page(found=printers_among(addresses_around()))
        kiosk = _kiosk(site)
        if kiosk is None or "later" in request.form or field_text("kind") == "none":
            return _without_printer(site, author, kiosk)
        try:
            return _tried(site, author, kiosk)
        except DocumentRefused as refused:
            problems, network = _proposed(site, document_problems(site, refused))
            return printer_page(problems, network=network), 422
        except Refusal as refusal:
            return printer_page({"host": [refusal_sentence(refusal)]}), 422


def _trying(routes: PageRoutes, site: SiteContext, *, has_simulated: bool) -> None:
    @routes.post("/installation/essai", Permission.CONFIGURE, anywhere=True)
    @site.limiter.limit("30 per minute")
    def print_again() -> Response:
        author = configurer()
        kiosk = _kiosk(site)
        return redirect("/installation/suite", 303) if kiosk is None else _trial(site, author, kiosk)

    @routes.get("/installation/essai", Permission.CONFIGURE, anywhere=True)
    def trial() -> str:
        configurer()
        kiosk, language = _kiosk(site), page.language()
        job = quote(request.args.get("job", "")[:64], safe="")
        printer = None if kiosk is None else kiosk.printer
        is_simulated = printer is not None and printer.is_simulated
        is_fetched = printer is not None and printer.is_pulled
        return step_page(
            "trial",
            kiosk=kiosk,
            is_simulated=has_simulated and is_simulated,
            is_fetched=is_fetched,
            page={
                "address": f"/api/v1/halls/{_hall(site)}/print-jobs/{job}",
                "language": language,
                "is_fetched": is_fetched,
            },
            sentences=page.sentences("installing.trial."),
        )

    @routes.get("/installation/suite", Permission.CONFIGURE, anywhere=True)
    def after() -> Any:
        configurer()
        hall = _hall(site)
        if may_open(site) and ANSWERED not in request.args:
            return redirect(NETWORK)
        has_devices = bool(site.database.configuration(hall).kiosks)
        places = [(key, path.format(hall=hall)) for key, path in AFTER if has_devices or key != "devices"]
        return step_page("after", after=places, devices=device_address(site.settings))


def _tried(site: SiteContext, author: Author, kiosk: Kiosk) -> Response:
    """The way to the verdict of a sheet, printed by the printer that was chosen; what is typed into a printer
    that fetches its jobs.
    """
    hall, printer = _hall(site), printer_typed(kiosk)
    if printer.host is not None and field_text("network"):
        declare_printer_network(site.database, author, field_text("network"), of_host=printer.host)
    set_printer(site.database, hall, author, kiosk.id, printer)
    if printer.kind in PULLED_KINDS:
        return set_up_page(site, hall, author, kiosk)
    return _trial(site, author, kiosk)


def _trial(site: SiteContext, author: Author, kiosk: Kiosk) -> Response:
    """The way to the verdict of a trial sheet."""
    job = print_trial(site.database, _hall(site), author, kiosk.id)["job"]
    return redirect("/installation/essai?" + urlencode({"job": job}), 303)


def _proposed(site: SiteContext, problems: Problems) -> tuple[Problems, str]:
    """Errors of a printer, and the network to declare for it: the one around its address."""
    host = field_text("host")
    network = network_around(host) if "host" in problems else None
    if network is None:
        return problems, field_text("network")
    outside = page.sentence()("installing.printer.outside", host=host)
    return {**problems, "host": [outside]}, network


def _without_printer(site: SiteContext, author: Author, kiosk: Kiosk | None) -> Response:
    """The way on without a printer: a kiosk shows its numbers until it has one."""
    if kiosk is not None:
        set_printer(site.database, _hall(site), author, kiosk.id, None)
    return redirect("/installation/suite", 303)


def _place_page(problems: Problems | None = None) -> str:
    return step_page("place", problems=problems or {}, **hours_shown())


def _hall_page(template: str, problems: Problems | None = None) -> str:
    if template not in TEMPLATES:
        abort(404)
    return step_page("hall", template=template, model=template_shown(template), problems=problems or {})


def _refused(site: SiteContext, refusal: Refusal, step: str) -> tuple[str, int]:
    field = FIELD_OF_REFUSAL.get(refusal.code, "")
    problems = {field: [refusal_sentence(refusal)]}
    return step_page(step, problems=problems), status_of(refusal)


def _link() -> str:
    return (read_cookie(LINK_COOKIE) or "")[:LONGEST_TOKEN]


def _has_link(site: SiteContext) -> bool:
    try:
        check_installation_token(site.database, _link())
    except Refusal:
        return False
    return True


def _hall(site: SiteContext) -> str:
    """The slug of the only hall; where there are several, they are configured elsewhere."""
    halls = read_installing(site.database).halls
    if len(halls) != 1:
        abort(redirect("/configuration" if halls else "/installation"))
    return halls[0]


def _kiosk(site: SiteContext) -> Kiosk | None:
    """The first kiosk of the hall that prints."""
    kiosks = site.database.configuration(_hall(site)).kiosks.values()
    return next((each for each in kiosks if each.prints), None)


def may_open(site: SiteContext) -> bool:
    """Whether this server is on its own machine alone and can start again for the local network."""
    settings = site.settings
    is_alone = settings.is_loopback and not settings.is_https and not settings.public_url
    return is_alone and site.restart.by is not None


def _network(routes: PageRoutes, site: SiteContext) -> None:
    """The question, its answer, and the restart."""

    @routes.get(NETWORK, Permission.CONFIGURE, anywhere=True)
    def ask_network() -> Any:
        configurer()
        return step_page("network", is_ready=False) if may_open(site) else redirect(NEXT)

    @routes.post(NETWORK, Permission.CONFIGURE, anywhere=True)
    def answer_network() -> Any:
        configurer()
        if not may_open(site):
            return redirect(NEXT, 303)
        if field_text("kind") != "lan":
            return redirect(f"{NEXT}?{ANSWERED}=non", 303)
        try:
            own_authority(site.settings).ensure(site.database.clock.now())
        except Refusal as refusal:
            problems = {"": [refusal_sentence(refusal)]}
            return step_page("network", is_ready=False, problems=problems), status_of(refusal)
        return step_page("network", is_ready=True, devices=reached_by_lan(site.settings))

    @routes.post(f"{NETWORK}/redemarrage", Permission.CONFIGURE, anywhere=True)
    def restart() -> Any:
        configurer()
        begin = site.restart.by
        if not may_open(site) or begin is None or not own_authority(site.settings).certificate.exists():
            return redirect(NETWORK, 303)
        site.settings.lan_choice.touch()
        begin()
        return step_page("restarting", address=f"{reached_by_lan(site.settings).server}{NEXT}")
