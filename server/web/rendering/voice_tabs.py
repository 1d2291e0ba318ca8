"""The tabs of « Voix des usagers », `/voix`: one list for the bar of tabs, the page `/voix` and the menu."""

from typing import NamedTuple

from server.domain.people.roles import Permission
from server.web.rendering.viewer import Viewer


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
    VoiceTab("actions", "/voix/actions", Permission.WRITE_REPORTS),
    VoiceTab("visits", "/voix/visites", Permission.WRITE_REPORTS),
    VoiceTab("checks", "/voix/controles", Permission.WRITE_REPORTS),
    VoiceTab("committee", "/voix/comite", Permission.READ_FIGURES),
)
VOICE_PERMISSIONS = frozenset(tab.permission for tab in VOICE_TABS)
"""Each of them opens `/voix`."""


def tabs_for(viewer: Viewer) -> list[VoiceTab]:
    """The tabs that a person may open at one site at least."""
    return [tab for tab in VOICE_TABS if viewer.may(tab.permission)]
