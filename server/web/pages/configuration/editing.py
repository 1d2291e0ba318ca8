"""The pages of configuration documents, `/configuration`, and the form that edits one.

The fields come from the JSON Schema of the documents’ models. What a schema cannot express (which list an id
belongs to, which text is long) is listed below.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any, Literal

from flask import render_template

from hardware.languages import VISITOR_LANGUAGES
from server.documents.installation import InstallationDocument
from server.documents.reading import json_schema
from server.documents.values import LANGUAGE, PUBLIC_HOLIDAYS, SPAN
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.tickets import PREFIX_LETTERS
from server.store.configuration.halls import HALL, INSTALLATION
from server.usecases.configuration.check_configuration import installation_document
from server.web.access.callers import database
from server.web.access.requirements import PageRoutes
from server.web.access.site_context import every_hall
from server.web.pages.configuration.layout import GROUPS, NOT_EDITED, SECTIONS, WHEN, Group
from server.web.rendering import page

ICONS = (
    *(
        "ticket",
        "circle-help",
        "info",
        "id-card",
        "file-text",
        "folder-open",
        "clipboard-list",
        "badge-check",
    ),
    *("calendar-check", "user", "users", "baby", "house", "building-2", "landmark", "globe", "languages"),
    *("car", "briefcase", "handshake", "heart-handshake", "graduation-cap", "scale", "shield", "key-round"),
    *("monitor-smartphone", "smartphone", "phone", "accessibility"),
)
"""Those a service may carry; the menu of a kiosk shows them."""
OFFERED_LANGUAGES = (
    *VISITOR_LANGUAGES,
    *("de", "it", "ro", "pl", "ru", "sq", "fa", "ps", "ur", "bn", "zh", "vi", "so", "am", "ti"),
)
"""Those an installation may speak here; one imported with another keeps it."""
type Kind = Literal["hall", "installation"]
type Schema = Mapping[str, Any]
type Field = dict[str, Any]
REFERENCES: Mapping[tuple[str, str], str] = {
    ("hall", "site"): "sites_there",
    ("hall", "neighbours"): "halls_there",
    ("service", "queue"): "queues",
    ("service", "parent"): "folders",
    ("exceptional", "received_by"): "services",
    ("instead", "service"): "services",
    ("instead", "elsewhere"): "services_there",
    ("referral", "parent"): "folders",
    ("referral", "elsewhere"): "services_there",
    ("counter", "services"): "services",
    ("kiosk", "services"): "services",
    ("printer", "backup"): "kiosks",
    ("kiosk", "prints_at"): "kiosks",
    ("screen", "counter"): "counters",
    ("screen", "groups"): "groups_there",
    ("profile", "queues"): "queues",
    ("condition", "call"): "queues",
    ("wait_exceeds", "queue"): "queues",
    ("people_exceed", "queue"): "queues",
    ("counters_at_most", "queue"): "queues",
}
"""Which list of the document an id is of; `sites_there`, `halls_there`, `services_there` (of the other
halls) and `groups_there` (of the hall’s site) are those of the installation.
"""
ORDERED = frozenset({("profile", "queues")})
"""Lists of ids whose order means something."""
TIME_ZONES = (
    *("Europe/Paris", "America/Guadeloupe", "America/Martinique", "America/Cayenne", "Indian/Reunion"),
    *("Indian/Mayotte", "America/Miquelon", "America/St_Barthelemy", "America/Marigot"),
    *("Pacific/Noumea", "Pacific/Tahiti", "Pacific/Wallis"),
)
"""Those of French territory; a document imported with another keeps it."""
OWN: Mapping[tuple[str, str], Field] = {
    ("service", "icon"): {"as": "icon"},
    ("folder", "icon"): {"as": "icon"},
    ("referral", "icon"): {"as": "icon"},
    ("hall", "languages"): {"as": "languages"},
    ("installation", "languages"): {"as": "languages"},
    ("offered_language", "language"): {
        "as": "language",
        "choices": [each.code for each in VISITOR_LANGUAGES.values() if not each.is_read],
    },
    ("profile", "weights"): {"as": "weights"},
    ("site", "time_zone"): {"as": "choice", "choices": TIME_ZONES},
    ("site", "public_holidays"): {"as": "choice", "choices": PUBLIC_HOLIDAYS},
    ("brand", "logo"): {"as": "medium", "of": "image"},
    ("brand", "font"): {"as": "medium", "of": "font"},
    ("brand", "ground"): {"as": "medium", "of": "image"},
    ("service", "film"): {"as": "medium", "of": "video"},
}
LONG = 80
"""Characters above which a text is written in several lines."""
HOUR_S = 3600

routes = PageRoutes("publishing_pages", __name__, template_folder="templates")
"""What a person may change and save, and of which site, the API decides."""


def _page(template: str, document: str | None = None) -> str:
    kind = INSTALLATION if document == INSTALLATION else HALL
    return render_template(
        template,
        page={"language": page.language(), "document": document, "kind": kind},
        sentences=page.sentences("publishing.", "console.refused."),
    )


@routes.get("/configuration", Permission.CONFIGURE, anywhere=True)
def documents() -> str:
    return _page("publishing/documents.html")


@routes.get("/configuration/<document>", Permission.CONFIGURE, anywhere=True)
def document(document: str) -> str:
    return _page("publishing/document.html", document)


@routes.get("/configuration/<document>/edit", Permission.CONFIGURE, anywhere=True)
def edit(document: str) -> str:
    return render_template(
        "editing/edit.html",
        page=_shown(document),
        sentences=page.sentences(
            "editing.", "document_words.field.", "document_words.choice.", "console.refused."
        ),
    )


def _installation() -> InstallationDocument | None:
    """The document of the installation; None before it is published."""
    with database().read() as rows, suppress(Refusal):
        return installation_document(rows)
    return None


def _shown(document: str) -> dict[str, object]:
    """What the page's script knows without asking: the form, and the documents around this one."""
    language, halls, installation = page.language(), every_hall(), _installation()
    is_hall = document != INSTALLATION
    kind: Kind = "hall" if is_hall else "installation"
    spoken = installation.languages if installation else ()
    names = {hall.hall: hall.name for hall in halls}
    organisation = installation.organisation if installation else document
    return {
        "language": language,
        "document": document,
        "kind": kind,
        "name": names.get(document, document) if is_hall else organisation,
        "viewer": page.reader().name,
        "form": form_of(kind),
        "icons": ICONS,
        "languages": spoken if is_hall else OFFERED_LANGUAGES,
        "halls": [{"slug": slug, "name": name} for slug, name in names.items()],
        "services_there": [
            {"id": service.id, "name": f"{hall.name} › {service.name(language)}"}
            for hall in halls
            if hall.hall != document
            for service in hall.services.values()
            if not service.is_retired
        ],
        "sites": [
            {
                "slug": site.slug,
                "name": site.name,
                "calendar": site.calendar.model_dump(mode="json"),
                "groups": [[group.id, group.label] for group in site.screen_groups],
            }
            for site in (installation.sites if installation else ())
        ],
    }


@cache
def form_of(kind: Kind) -> dict[str, Any]:
    """Everything a page needs to draw the fields of a kind of document: its sections and its parts.

    `letters`: those a prefix may have.
    """
    schema = json_schema(kind)
    described = _Described(schema["$defs"])
    sections = [
        {
            "key": section.key,
            "preview": section.preview,
            "groups": [described.group(kind, schema, group) for group in section.groups],
        }
        for section in SECTIONS[kind]
    ]
    letters = sorted(PREFIX_LETTERS)
    return {"kind": kind, "sections": sections, "parts": described.parts_of(sections), "letters": letters}


def fields_in(groups: list[dict[str, Any]]) -> list[Field]:
    """The fields of groups."""
    return [field for group in groups for field in group["fields"]]


@cache
def part_name(model: str) -> str:
    """`WaitExceedsPart` → `wait_exceeds`: how sentences and layout name a model."""
    bare = re.sub(r"(Part|Document)$", "", model)
    return re.sub(r"(?<!^)(?=[A-Z])", "_", bare).lower()


class _Described:
    """The models of one schema, as fields."""

    def __init__(self, models: Mapping[str, Schema]) -> None:
        self._models = models

    def parts_of(self, sections: list[dict[str, Any]]) -> dict[str, Any]:
        """Every part that fields of the sections lead to, by its name."""
        models = {part_name(model): schema for model, schema in self._models.items()}
        waiting = [field for section in sections for field in fields_in(section["groups"])]
        found: dict[str, Any] = {}
        while waiting:
            field = waiting.pop()
            for name in field.get("parts", [field["part"]] if "part" in field else []):
                if name not in found:
                    found[name] = self.part(name, models[name])
                    waiting += fields_in(found[name]["groups"])
        return found

    def part(self, part: str, schema: Schema) -> dict[str, Any]:
        everything = (Group("all", tuple(schema["properties"])),)
        return {
            "groups": [self.group(part, schema, group) for group in GROUPS.get(part, everything)],
            "blank": self._blank_part(schema),
        }

    def group(self, part: str, schema: Schema, group: Group) -> dict[str, Any]:
        fields = [
            self.field(part, name, schema["properties"][name])
            for name in group.fields
            if (part, name) not in NOT_EDITED
        ]
        return {"key": group.key, "is_folded": group.is_folded, "fields": fields}

    def field(self, part: str, name: str, schema: Schema) -> Field:
        """What a field is (`as`), with its bounds and choices."""
        plain, may_be_null = self._plain(schema)
        found: Field = {"name": name, "label": f"{part}.{name}", **self._form(part, name, plain)}
        if may_be_null:
            found["is_optional"] = True
        if (part, name) in WHEN:
            other, values = WHEN[part, name]
            found["when"] = {"field": other, "is": list(values)}
        return found

    def _plain(self, schema: Schema) -> tuple[Schema, bool]:
        """The schema without null and without references to closed lists of values."""
        options = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
        may_be_null = bool(options) and len(options) < len(schema["anyOf"])
        plain = {**schema, **options[0]} if len(options) == 1 else schema
        model = _model(plain)
        if model is not None and "enum" in self._models[model]:
            plain = {**plain, **self._models[model]}
        return plain, may_be_null

    def _form(self, part: str, name: str, schema: Schema) -> Field:
        if (part, name) in OWN:
            return dict(OWN[part, name])
        if (part, name) in REFERENCES:
            to = {"to": REFERENCES[part, name]}
            if schema.get("type") != "array":
                return {"as": "reference", **to}
            return {"as": "references", **to, "is_ordered": (part, name) in ORDERED}
        if "enum" in schema:
            return {"as": "choice", "choices": schema["enum"], "usual": schema.get("default")}
        if "const" in schema:
            return {"as": "constant", "value": schema["const"]}
        kind = schema.get("type")
        if kind == "array":
            return self._list(schema)
        return self._object(schema) if kind == "object" or "$ref" in schema else _value(name, schema)

    def _list(self, schema: Schema) -> Field:
        items = schema["items"]
        if items.get("pattern") == SPAN:
            return {"as": "spans"}
        if "patternProperties" in items:
            return {"as": "papers", **_texts(items)}
        values, _ = self._plain(items)
        if "enum" in values:
            return {"as": "choices", "choices": values["enum"]}
        models = self._listed(items)
        keys = self._models[models[0]]["properties"]
        key = next((name for name in ("id", "slug") if name in keys), None)
        parts = [part_name(model) for model in models]
        return {"as": "parts", "parts": parts, "key": key, "most": schema.get("maxItems")}

    def _listed(self, items: Schema) -> list[str]:
        """The models an item of a list may be of."""
        model = _model(items)
        if model is None or "properties" in self._models[model]:
            return [model] if model else []
        return [found for each in self._models[model]["oneOf"] if (found := _model(each))]

    def _object(self, schema: Schema) -> Field:
        model = _model(schema)
        if model is not None:
            if "monday" in self._models[model].get("properties", {}):
                return {"as": "week"}
            return {"as": "part", "part": part_name(model)}
        return {"as": "texts", **_texts(schema)}

    def _blank_part(self, schema: Schema) -> dict[str, Any]:
        """A new part: its model's defaults, and empty where a value is required."""
        return {
            name: each["default"] if "default" in each else self._blank(each)
            for name, each in schema["properties"].items()
        }

    def _blank(self, schema: Schema) -> Any:
        plain, _ = self._plain(schema)
        if "const" in plain:
            return plain["const"]
        model = _model(plain)
        if model is not None:
            return self._blank_part(self._models[model])
        return {"array": [], "object": {}, "string": ""}.get(plain.get("type", ""))


def _model(schema: Schema) -> str | None:
    return schema["$ref"].rsplit("/", 1)[1] if "$ref" in schema else None


def _texts(schema: Schema) -> Field:
    longest = schema["patternProperties"][LANGUAGE]["maxLength"]
    return {"longest": longest, "is_long": longest > LONG}


def _value(name: str, schema: Schema) -> Field:
    kind = schema.get("type")
    if kind == "boolean":
        return {"as": "flag"}
    if kind == "integer":
        return {
            "as": "number",
            "least": schema["minimum"],
            "most": schema["maximum"],
            "unit": _unit(name, schema),
        }
    if schema.get("format") in ("date", "time"):
        return {"as": schema["format"]}
    if name in ("id", "slug"):
        return {"as": "id"}
    pattern = schema.get("pattern", "")
    if pattern == SPAN:
        return {"as": "span"}
    if pattern.startswith("^#"):
        return {"as": "colour"}
    return {"as": "text", "longest": schema.get("maxLength")}


def _unit(name: str, schema: Schema) -> str | None:
    """How the number is written: waits of up to an hour and more in minutes."""
    if name.endswith("_s"):
        return "minutes" if schema["maximum"] >= HOUR_S else "seconds"
    units = {
        "_cm": "cm",
        "_m": "m",
        "_mm": "mm",
        "_px": "px",
        "percent": "percent",
        "minutes": "minutes_told",
    }
    return next((unit for ending, unit in units.items() if name.endswith(ending)), None)
