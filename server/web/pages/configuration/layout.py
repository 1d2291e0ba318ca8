"""The place of each field on the editing pages: sections, and groups inside a part.

Written by hand, to keep together what belongs together; the kind of a field comes from its schema
(`fields.py`). A test finds fields without a place.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from server.domain.hall.devices import kinds_by_field

WHEN: Mapping[tuple[str, str], tuple[str, tuple[object, ...]]] = {
    ("service", "appointment_series"): ("mode", ("both", "appointment_only")),
    ("service", "how_to_book"): ("mode", ("both", "appointment_only")),
    ("service", "appointment_url"): ("mode", ("both", "appointment_only")),
    ("service", "early_window_s"): ("mode", ("both", "appointment_only")),
    ("service", "late_grace_s"): ("mode", ("both", "appointment_only")),
    ("service", "exceptional"): ("mode", ("appointment_only",)),
    **{("printer", name): ("kind", kinds) for name, kinds in kinds_by_field().items()},
    ("counter", "hearing_loop_tested_on"): ("has_hearing_loop", (True,)),
    ("screen", "counter"): ("layout", ("counter",)),
    ("screen", "output"): ("has_sound", (True,)),
    ("screen", "zone"): ("has_sound", (True,)),
    ("profile", "weights"): ("rule", ("weighted_shares",)),
    ("last_ticket", "overrun_s"): ("is_predictive", (True,)),
    ("alerts", "agreement"): ("has_sound_for_evacuation", (True,)),
}
"""Fields that matter only where another field of the same part has one of these values."""
NOT_EDITED: Mapping[tuple[str, str], str] = {
    ("hall", "format"): "says which kind of document it is",
    ("hall", "hall"): "a hall keeps its slug",
    ("site", "brand"): "the page of the look writes it",
    ("installation", "format"): "says which kind of document it is",
}
"""The only fields without a place on a page, and why."""


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one heading; a folded group is closed at first."""

    key: str
    fields: tuple[str, ...]
    is_folded: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One view of a document: groups of the document's own fields. `preview` names the picture beside it."""

    key: str
    groups: tuple[Group, ...]
    preview: str | None = None


SECTIONS: Mapping[str, tuple[Section, ...]] = {
    "hall": (
        Section("identity", (Group("names", ("name", "site", "languages", "neighbours")),)),
        Section(
            "hours",
            (
                Group("week", ("calendar",)),
                Group("day", ("at_break", "last_ticket", "distribution_before_s", "screen_margin_s")),
            ),
        ),
        Section(
            "services",
            (
                Group("services", ("services",)),
                Group("folders", ("folders",)),
                Group("referrals", ("referrals",)),
                Group("queues", ("queues",)),
            ),
            preview="menu",
        ),
        Section(
            "counters",
            (Group("counters", ("counters",)), Group("limits", ("limits",), is_folded=True)),
        ),
        Section(
            "profiles",
            (Group("profiles", ("profiles",)), Group("usual_rule", ("rule", "has_priority_first"))),
        ),
        Section(
            "kiosks",
            (Group("kiosks", ("kiosks",)), Group("asked", ("asks_needs", "priority_grounds"))),
            preview="menu",
        ),
        Section(
            "screens",
            (
                Group("screens", ("screens",)),
                Group("notices", ("legal_percent",)),
                Group("sound", ("sound",), is_folded=True),
            ),
        ),
        Section("told_before", (Group("told_before", ("told_before",)),)),
        Section("alarms", (Group("alarms", ("alarms",)),)),
    ),
    "installation": (
        Section(
            "identity",
            (
                Group("organisation", ("organisation", "languages")),
                Group("offered", ("offered_languages",), is_folded=True),
                Group("look", ("brand",)),
            ),
        ),
        Section("sites", (Group("sites", ("sites",)), Group("printers", ("printer_networks",)))),
    ),
}
"""By kind of document, in the order people go through them."""

GROUPS: Mapping[str, tuple[Group, ...]] = {
    "service": (
        Group("words", ("names", "subtitles", "icon", "parent", "film")),
        Group("bring", ("bring",), is_folded=True),
        Group(
            "coming",
            (
                "mode",
                "appointment_series",
                "how_to_book",
                "appointment_url",
                "exceptional",
                "early_window_s",
                "late_grace_s",
            ),
        ),
        Group("numbers", ("queue", "series")),
        Group("hours", ("hours", "quota")),
        Group("instead", ("instead",), is_folded=True),
        Group(
            "waits",
            ("target_s", "target_appointment_s", "target_priority_s", "confirm_priority", "typed_mean_s"),
            is_folded=True,
        ),
        Group("ending", ("confirmation", "outcome", "note", "wrap_up_s"), is_folded=True),
        Group("shown", ("is_on_kiosk", "is_retired", "id"), is_folded=True),
    ),
    "referral": (
        Group("words", ("names", "subtitles", "icon", "parent")),
        Group("ways", ("instructions", "web_address", "elsewhere")),
        Group("bring", ("bring",), is_folded=True),
        Group("shown", ("is_retired", "id"), is_folded=True),
    ),
    "counter": (
        Group("words", ("labels", "directions")),
        Group("services", ("services",)),
        Group(
            "place",
            (
                "is_step_free",
                "has_hearing_loop",
                "hearing_loop_tested_on",
                "is_confidential",
                "is_self_service",
            ),
        ),
        Group("shown", ("is_retired", "id"), is_folded=True),
    ),
    "profile": (
        Group("words", ("names",)),
        Group("calling", ("queues", "rule", "weights", "has_priority_first")),
        Group("conditions", ("conditions",)),
        Group("shown", ("id",), is_folded=True),
    ),
    "kiosk": (
        Group("words", ("label",)),
        Group("services", ("services",)),
        Group("printer", ("printer", "prints_at", "number_only")),
        Group("numbers", ("own_series",), is_folded=True),
        Group("mounting", ("mounting", "keys_at")),
        Group("shown", ("is_retired", "id"), is_folded=True),
    ),
    "screen": (
        Group("words", ("label", "layout", "counter", "arrow", "groups")),
        Group("size", ("diagonal_cm", "viewing_m", "panel_watts")),
        Group("sound", ("has_sound", "output", "zone")),
        Group("shown", ("is_retired", "id"), is_folded=True),
    ),
    "site": (
        Group("names", ("name", "address")),
        Group("hours", ("calendar", "public_holidays", "school_holidays", "time_zone")),
        Group("screen_groups", ("screen_groups",), is_folded=True),
        Group("alerts", ("alerts",), is_folded=True),
        Group("incidents", ("incidents",), is_folded=True),
        Group("bulletins", ("bulletins",), is_folded=True),
        Group("figures", ("uncounted",), is_folded=True),
        Group("publication", ("has_public_page", "figures_licence"), is_folded=True),
        Group("complaints", ("complaints",), is_folded=True),
        Group("shown", ("slug",), is_folded=True),
    ),
}
"""By part; one that is not here has a single group of its fields, in the order of its model."""
