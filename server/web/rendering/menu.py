"""The frame of every page: menu, tabs of « Voix des usagers », help, and alarms."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Flask, request

from server.domain.hall.configuration import HallConfiguration
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.web.rendering.viewer import FindHalls, Viewer, WorkContext

type CountAlarms = Callable[[], Mapping[str, int]]
"""How many alarms are open in each hall (slug)."""
DEFAULT_TIME_ZONE = "Europe/Paris"
"""Pages of people without a hall."""


class VoiceTab(NamedTuple):
    """A tab. `key` names its sentences, `voice.tab.KEY` and `voice.tab.KEY.what`; its route requires
    `permission`.
    """

    key: str
    path: str
    permission: Permission


VOICE_TABS = (
    VoiceTab("surveys", "/voix/enquetes", Permission.READ_FIGURES),
    VoiceTab("papers", "/voix/papiers", Permission.RECEIVE),
    VoiceTab("register", "/voix/registre", Permission.ANSWER_COMPLAINTS),
    VoiceTab("figures", "/voix/bilan", Permission.READ_FIGURES),
    VoiceTab("actions", "/voix/actions", Permission.READ_FIGURES),
    VoiceTab("visits", "/voix/visites", Permission.READ_FIGURES),
    VoiceTab("checks", "/voix/controles", Permission.READ_FIGURES),
    VoiceTab("committee", "/voix/comite", Permission.READ_FIGURES),
)
VOICE_PERMISSIONS = frozenset(tab.permission for tab in VOICE_TABS)
"""Each of them opens `/voix`."""


def tabs_for(viewer: Viewer) -> list[VoiceTab]:
    """The tabs that a person may open at one site at least."""
    return [tab for tab in VOICE_TABS if viewer.may(tab.permission)]


class MenuGroup(StrEnum):
    """The parts of the menu, in their order."""

    RECEIVE = "receive"
    SHOW = "show"
    MEASURE = "measure"
    SET_UP = "set_up"


@dataclass(frozen=True, slots=True)
class WorkPage:
    """One page of the menu.

    `key` names its sentences, `server.home.KEY`; `permission`, or one of `others`, is required by its route;
    `is_of_a_hall`: it is about one hall, which its address names.
    """

    key: str
    path: str
    permission: Permission
    icon: str
    group: MenuGroup
    is_of_a_hall: bool = True
    others: frozenset[Permission] = frozenset()

    @property
    def permissions(self) -> frozenset[Permission]:
        """The permissions, each of which opens the page."""
        return self.others | {self.permission}

    def address(self, viewer: Viewer, hall: HallConfiguration | None = None) -> str:
        """Where the page is, about this hall where the person may open it there."""
        if self.is_of_a_hall and hall is not None and viewer.may(self.permission, hall.site.slug):
            return f"{self.path}?hall={hall.hall}"
        return self.path


_P, _G = Permission, MenuGroup
MENU = (
    WorkPage("console", "/console", _P.CALL, "circle-user", _G.RECEIVE),
    WorkPage("reception", "/accueil", _P.ISSUE, "ticket", _G.RECEIVE),
    WorkPage("wall", "/mur", _P.SUPERVISE, "monitor", _G.RECEIVE),
    WorkPage("security", "/securite", _P.ASK_HELP, "shield", _G.RECEIVE),
    WorkPage(
        *("incidents", "/incidents", _P.NOTE_INCIDENTS, "clipboard-list", _G.RECEIVE),
        others=frozenset({_P.WRITE_REPORTS}),
    ),
    WorkPage("alert", "/alerte", _P.RAISE_ALERT, "triangle-alert", _G.RECEIVE),
    WorkPage("notices", "/affichage", _P.DRAFT_NOTICES, "megaphone", _G.SHOW, is_of_a_hall=False),
    WorkPage("screens_now", "/affichage/ecrans", _P.DRAFT_NOTICES, "calendar-clock", _G.SHOW),
    WorkPage("media", "/affichage/medias", _P.DRAFT_NOTICES, "image", _G.SHOW, is_of_a_hall=False),
    WorkPage("look", "/affichage/apparence", _P.SET_LOOK, "contrast", _G.SHOW, is_of_a_hall=False),
    WorkPage("supervision", "/supervision", _P.SUPERVISE, "monitor-smartphone", _G.SHOW),
    WorkPage("quality", "/qualite", _P.READ_FIGURES, "chart-column", _G.MEASURE),
    WorkPage("targets", "/objectifs", _P.READ_FIGURES, "target", _G.MEASURE),
    WorkPage("reports", "/rapports", _P.READ_FIGURES, "file-text", _G.MEASURE, is_of_a_hall=False),
    WorkPage(
        *("voice", "/voix", _P.READ_FIGURES, "message-square", _G.MEASURE),
        is_of_a_hall=False,
        others=VOICE_PERMISSIONS,
    ),
    WorkPage("journal", "/journal", _P.READ_JOURNAL, "history", _G.MEASURE),
    WorkPage("configuration", "/configuration", _P.CONFIGURE, "settings", _G.SET_UP, is_of_a_hall=False),
    WorkPage("devices", "/appareils", _P.SUPERVISE, "tablet", _G.SET_UP, is_of_a_hall=False),
    WorkPage("alarms", "/alarmes", _P.READ_QUEUE, "bell-ring", _G.SET_UP),
    WorkPage("people", "/personnes", _P.ADMINISTER_PEOPLE, "users", _G.SET_UP, is_of_a_hall=False),
    WorkPage(
        *("retention", "/conservation", _P.READ_RETENTION, "eraser", _G.SET_UP),
        is_of_a_hall=False,
    ),
    WorkPage("rights", "/droits", _P.READ_HELP, "key-round", _G.SET_UP, is_of_a_hall=False),
)
ALARMS = next(page for page in MENU if page.key == "alarms")


class HelpOfPage(NamedTuple):
    """Where the help explains a page: the page's path, a manual (below `docs`), the heading of its part.

    The pages below the path are explained there too. Without a heading the manual begins there.
    """

    path: str
    manual: str
    heading: str = ""


HELP_OF_PAGES = (
    HelpOfPage("/console", "manuels/agent", "Les trois états et leurs touches"),
    HelpOfPage("/accueil", "manuels/accueil", "Donner un ticket"),
    HelpOfPage("/mur", "manuels/chef-d-accueil", "La vue du hall (/mur)"),
    HelpOfPage("/securite", "manuels/securite", "La page"),
    HelpOfPage("/incidents", "manuels/incidents", "Noter un incident"),
    HelpOfPage("/alerte", "manuels/alerte", "Déclencher, en deux temps"),
    HelpOfPage("/alerte/bulletins", "manuels/diffusion", "Les bulletins des autorités"),
    HelpOfPage("/affichage", "manuels/communication", "D’une photo à l’écran en une minute"),
    HelpOfPage("/affichage/medias", "manuels/mediatheque"),
    HelpOfPage("/affichage/apparence", "manuels/apparence"),
    HelpOfPage("/affichage/ecrans", "manuels/diffusion"),
    HelpOfPage("/affichage/journee", "manuels/diffusion", "La journée des écrans"),
    HelpOfPage("/affichage/calendrier", "manuels/diffusion", "La journée des écrans"),
    HelpOfPage("/affichage/affluence", "manuels/affluence", "Les faire connaître"),
    HelpOfPage("/supervision", "manuels/supervision", "Ce que dit chaque carte"),
    HelpOfPage("/qualite", "manuels/qualite", "Lire"),
    HelpOfPage("/qualite/agents", "manuels/personnes", "Les chiffres individuels"),
    HelpOfPage("/qualite/saisies", "manuels/saisies"),
    HelpOfPage("/qualite/et-si", "manuels/qualite", "Et si\N{NO-BREAK SPACE}?"),
    HelpOfPage("/objectifs", "manuels/objectifs", "Décider"),
    HelpOfPage("/rapports", "manuels/rapports", "Une page pour le comité"),
    HelpOfPage("/voix", "manuels/voix-des-usagers"),
    HelpOfPage("/voix/enquetes", "manuels/voix-des-usagers", "Les enquêtes"),
    HelpOfPage("/voix/papiers", "manuels/voix-des-usagers", "Les réponses sur papier"),
    HelpOfPage("/voix/registre", "manuels/registre", "Le registre"),
    HelpOfPage("/voix/dire", "manuels/registre", "Ce qu’on vous dit à l’accueil"),
    HelpOfPage("/voix/bilan", "manuels/registre", "Le registre en chiffres"),
    HelpOfPage("/voix/actions", "manuels/voix-des-usagers", "Les actions"),
    HelpOfPage("/voix/visites", "manuels/registre", "L’usager d’un jour et le contrôle du hall"),
    HelpOfPage("/voix/controles", "manuels/registre", "L’usager d’un jour et le contrôle du hall"),
    HelpOfPage("/voix/comite", "manuels/reunions-du-comite", "Tenir le comité"),
    HelpOfPage("/journal", "manuels/journal", "Chercher"),
    HelpOfPage("/journal/tetes", "manuels/journal", "Garder la preuve"),
    HelpOfPage("/configuration", "manuels/configuration", "Modifier"),
    HelpOfPage("/configuration/nouveau", "manuels/configuration", "Un hall de plus"),
    HelpOfPage("/installation", "manuels/configuration", "La première fois"),
    HelpOfPage("/appareils", "manuels/appareils", "Ce que dit chaque ligne"),
    HelpOfPage("/alarmes", "manuels/alarmes", "«\u00a0Je m’en occupe\u00a0»"),
    HelpOfPage("/personnes", "manuels/personnes", "Changer les rôles"),
    HelpOfPage("/personnes/inviter", "manuels/personnes", "Inviter quelqu’un"),
    HelpOfPage("/conservation", "manuels/conservation"),
    HelpOfPage("/conservation/registre", "manuels/conservation", "La fiche du registre"),
    HelpOfPage("/compte/donnees", "manuels/conservation", "Ce que Parvis sait de vous"),
    HelpOfPage("/droits", "manuels/personnes", "Changer les rôles"),
    HelpOfPage("/compte", "manuels/personnes", "Les mots de passe"),
)


def pages_for(viewer: Viewer) -> dict[MenuGroup, list[WorkPage]]:
    """The pages a person may open at one site at least, by group; groups without a page are left out."""
    own = [page for page in MENU if any(map(viewer.may, page.permissions))]
    grouped = {group: [page for page in own if page.group == group] for group in MenuGroup}
    return {group: pages for group, pages in grouped.items() if pages}


def page_at(path: str) -> WorkPage | None:
    """The page of the menu at an address, or above it."""
    return _nearest(path, MENU)


def help_at(path: str) -> HelpOfPage | None:
    """Where the help explains the page at an address, or the page above it."""
    return _nearest(path, HELP_OF_PAGES)


def _nearest[Placed: (WorkPage, HelpOfPage)](path: str, places: Iterable[Placed]) -> Placed | None:
    above = [each for each in places if path == each.path or path.startswith(f"{each.path}/")]
    return max(above, key=lambda each: len(each.path), default=None)


@dataclass(frozen=True, slots=True)
class Frame:
    """The content of a page's head for the signed-in person.

    `key`: the page of the menu that is open, "" for none. `help`: where the help explains this page.
    """

    viewer: Viewer
    groups: Mapping[MenuGroup, list[WorkPage]]
    key: str
    help: str
    count_alarms: CountAlarms
    halls: FindHalls

    @property
    def has_alarms(self) -> bool:
        """Whether the person may read alarms."""
        return self.viewer.may(ALARMS.permission)

    @property
    def voice_tabs(self) -> list[VoiceTab]:
        """The tabs of « Voix des usagers » that the person may open."""
        return tabs_for(self.viewer)

    def address(self, page: WorkPage, hall: HallConfiguration | None = None) -> str:
        """Where a page of the menu is, about this hall where the person may open it there."""
        return page.address(self.viewer, hall)

    def alarms_address(self, hall: HallConfiguration | None = None) -> str:
        """Where the alarms of this hall are."""
        return self.address(ALARMS, hall)

    def alarms(self, hall: HallConfiguration | None = None) -> int:
        """How many alarms are open in this hall, else in all halls whose alarms the person may read."""
        try:
            counts = self.count_alarms()
            if not counts:
                return 0
            halls = (hall,) if hall is not None else self.halls(self.viewer)
        except Refusal:  # the database is away: the page says so
            return 0
        return sum(
            counts.get(each.hall, 0) for each in halls if self.viewer.may(ALARMS.permission, each.site.slug)
        )


def install_frame(app: Flask, work: WorkContext, *, count_alarms: CountAlarms) -> None:
    """Give every template `frame()`: the content of its head, None without a signed-in person."""

    def frame() -> Frame | None:
        person = work.viewer()
        if person is None:
            return None
        page, explained = page_at(request.path), help_at(request.path)
        address = "/aide" + ("?" + urlencode({"page": explained.path}) if explained else "")
        return Frame(person, pages_for(person), page.key if page else "", address, count_alarms, work.halls)

    def time_zone_of(hall: HallConfiguration | None) -> str:
        """The time zone whose hours a page shows: that of its hall, else of the person's first one."""
        site = getattr(hall, "site", None)
        person = work.viewer()
        if site is None and person is not None:
            with suppress(Refusal):  # the database is away: the page says so
                site = next((each.site for each in work.halls(person)), None)
        return DEFAULT_TIME_ZONE if site is None else str(site.time_zone)

    app.context_processor(lambda: {"frame": frame, "time_zone_of": time_zone_of})
