"""Makes a hall's document from a template, which its owner may then change freely.

Templates are whole documents of the product, of a hall called `modele`; every id begins with that slug.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from server.domain.languages import FRENCH
from server.domain.refusals import Refusal

TEMPLATES = ("general", "residence_permits", "without_kiosk")
"""By their names, the most usual first; `without_kiosk` is a reception desk with one page and no device."""
PLACES = Path(__file__).parent / "templates"
MODEL = "modele"
MOST_COUNTERS = 40
LONGEST_SLUG = 24
"""Characters a new slug has at most, so that ids that begin with it stay short."""
SMALL_WORDS = frozenset({"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les"})
"""French words a slug does without, so that it keeps what tells two places apart."""

type Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HallRequest:
    """The request for a new hall: `services` are the ids of the template's services to keep."""

    slug: str
    name: str
    site: str
    languages: Sequence[str]
    services: Collection[str]
    counters: int


@cache
def _text(template: str) -> str:
    return (PLACES / f"{template}.json").read_text(encoding="utf-8")


def template_of(name: str) -> Content:
    """The document of a template. Refusal: unknown_template."""
    if name not in TEMPLATES:
        raise Refusal("unknown_template", name=name)
    content: Content = json.loads(_text(name))
    return content


def from_template(name: str, request: HallRequest) -> Content:
    """The content of a new hall's document, to be checked like any other.

    Queues, folders and profiles that no kept service needs are left out. Refusals: unknown_template,
    no_service when none is kept.
    """
    model = template_of(name)
    services = [each for each in model["services"] if each["id"] in request.services]
    if not services:
        raise Refusal("no_service")
    kept = [each["id"] for each in services]
    queues = {each["queue"] for each in services}
    folders = {each.get("parent") for each in services}
    content = {
        **model,
        "services": services,
        "queues": [each for each in model["queues"] if each["id"] in queues],
        "folders": [each for each in model["folders"] if each["id"] in folders],
        "profiles": [each for each in model["profiles"] if _queues_of(each) <= queues],
        "counters": _counters(model["counters"], kept, request.counters),
    }
    own = _replaced(content, lambda text: _own_id(text, request.slug))
    named = {"hall": request.slug, "name": request.name, "site": request.site}
    return _in_languages({**own, **named}, request.languages)


def slug_of(name: str, taken: Collection[str]) -> str:
    """A free slug that reads like a name: "Sous-préfecture de Vervins" → `sous-prefecture-vervins`."""
    spaced = name.lower().replace("œ", "oe").replace("’", " ")
    plain = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)
    whole = "-".join([word for word in words if word not in SMALL_WORDS] or words) or "hall"
    short = whole if len(whole) <= LONGEST_SLUG else whole[: LONGEST_SLUG + 1].rpartition("-")[0]
    short = short or whole[:LONGEST_SLUG]
    found, number = short, 2
    while found in taken:
        found, number = f"{short}-{number}", number + 1
    return found


def _own_id(text: str, slug: str) -> str:
    return slug + text.removeprefix(MODEL) if text.startswith(f"{MODEL}-") else text


def _queues_of(profile: Mapping[str, Any]) -> set[str]:
    called = {each["call"] for each in profile.get("conditions", ())}
    return {*profile["queues"], *called}


def _counters(models: Sequence[Content], services: Collection[str], count: int) -> list[Content]:
    """The requested number of counters: those of the template, then copies of its last one.

    The last one also serves what no other does.
    """
    made = [dict(each) for each in models[:count]]
    for number in range(len(models) + 1, min(count, MOST_COUNTERS) + 1):
        made.append(_numbered(models[-1], number))
    for each in made:
        each["services"] = [service for service in each["services"] if service in services]
    served = {service for each in made for service in each["services"]}
    made[-1]["services"] += [service for service in services if service not in served]
    return [each for each in made if each["services"]]


def _numbered(counter: Content, number: int) -> Content:
    labels = {code: _with_number(label, number) for code, label in counter["labels"].items()}
    return {**counter, "id": f"{MODEL}-guichet-{number}", "labels": labels}


def _with_number(label: str, number: int) -> str:
    return f"{re.sub(r' ?[0-9]+$', '', label)} {number}"


def _replaced(value: Any, change: Callable[[str], str]) -> Any:
    """The JSON value with each of its texts changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_replaced(each, change) for each in value]
    if isinstance(value, dict):
        return {name: _replaced(each, change) for name, each in value.items()}
    return value


def _in_languages(content: Content, languages: Sequence[str]) -> Content:
    """The document in those of the languages it is written in; in French alone where one other is left."""
    spoken = [code for code in content["services"][0]["names"] if code in languages]
    if len(spoken) == 2:
        spoken = [FRENCH]

    def kept(value: Any) -> Any:
        if isinstance(value, dict) and FRENCH in value:
            return {code: value[code] for code in spoken if code in value}
        if isinstance(value, dict):
            return {name: kept(each) for name, each in value.items()}
        return [kept(each) for each in value] if isinstance(value, list) else value

    return {**kept(content), "languages": spoken}
