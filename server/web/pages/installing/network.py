"""Whether other machines open the hall, `/installation/reseau`: certificate, trust, restart by https."""

from typing import Any

from flask import Blueprint, redirect

from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.web.access.requirements import PEOPLE, requires
from server.web.access.site_context import SiteContext
from server.web.pages.configuration.installing_forms import field_text
from server.web.pages.installing.steps import configurer, step_page
from server.web.rendering.device_address import own_authority, reached_by_lan
from server.web.rendering.problems import refusal_sentence, status_of

PATH = "/installation/reseau"
NEXT = "/installation/suite"
ANSWERED = "reseau"
"""The parameter of the last page that says that the question was answered: this machine alone."""


def may_open(site: SiteContext) -> bool:
    """Whether this server is on its own machine alone and can start again for the local network."""
    settings = site.settings
    is_alone = settings.is_loopback and not settings.is_https and not settings.public_url
    return is_alone and site.restart.by is not None


def add_routes(routes: Blueprint, site: SiteContext) -> None:
    """The question, its answer, and the restart."""

    @routes.get(PATH)
    @requires(Permission.CONFIGURE, anywhere=True, of=PEOPLE)
    def ask_network() -> Any:
        configurer()
        return step_page("network", is_ready=False) if may_open(site) else redirect(NEXT)

    @routes.post(PATH)
    @requires(Permission.CONFIGURE, anywhere=True, of=PEOPLE)
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

    @routes.post(f"{PATH}/redemarrage")
    @requires(Permission.CONFIGURE, anywhere=True, of=PEOPLE)
    def restart() -> Any:
        configurer()
        begin = site.restart.by
        if not may_open(site) or begin is None or not own_authority(site.settings).certificate.exists():
            return redirect(PATH, 303)
        site.settings.lan_choice.touch()
        begin()
        return step_page("restarting", address=f"{reached_by_lan(site.settings).server}{NEXT}")
