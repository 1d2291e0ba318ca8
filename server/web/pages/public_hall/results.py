"""« Nos résultats »: the newest approved figures of a hall in words, each of ten people or more."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from server.domain.quality.few_people import FEWEST_PUBLISHED, unpublished_parts
from server.domain.reports.figures import ReportPart, verdict
from server.usecases.reports.read_frozen_results import FrozenResults
from server.web.pages.reports.wording import ReportWording
from server.web.rendering.viewer import Sentence

SHOWN = ("visits", "wait_median", "wait_p90", "within_target")
"""The figures of each part, in their order."""
CONVENTIONS = ("visits", "waits", "within_target")
"""How these are counted, in short."""
_ORDINAL = re.compile(r"\b(\d)(er|e)\b")


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """A figure with that of the period before; `target`: the decided one and whether it was reached."""

    label: str
    value: str
    before: str
    target: str


@dataclass(frozen=True, slots=True)
class ShownPart:
    """The figures of the hall (no name) or of a service."""

    name: str
    figures: Sequence[ShownFigure]


@dataclass(frozen=True, slots=True)
class ShownResults:
    """What the page shows of an approved report. `has_unpublished`: services are left out."""

    period: Markup
    previous: Markup
    sentences: Sequence[str]
    whole: ShownPart
    services: Sequence[ShownPart]
    has_unpublished: bool
    conventions: Sequence[str]


def shown_results(found: FrozenResults, say: Sentence) -> ShownResults:
    """The results in words."""
    words, hall = ReportWording(say), found["figures"]
    parts = {part["key"]: part for part in hall["services"]}
    visits = {key: part["figures"]["visits"]["n"] for key, part in parts.items()}
    left_out = unpublished_parts(visits)
    before = unpublished_parts({key: part["previous"]["visits"]["n"] for key, part in parts.items()})
    services = [
        _part(part, words, has_before=key not in before) for key, part in parts.items() if key not in left_out
    ]
    period = words.days(
        {
            "name": found["period"]["name"],
            "counted_days": hall["counted_days"],
            "first_on": hall["first_on"],
            "last_on": hall["last_on"],
            "partial": hall["partial"],
        }
    )
    return ShownResults(
        period=with_ordinals(period, say.language),
        previous=with_ordinals(say("reports.against", previous=words.days(found["previous"])), say.language),
        sentences=found["sentences"],
        whole=_part(hall["whole"], words),
        services=[part for part in services if part.figures],
        has_unpublished=any(visits[key] for key in left_out),
        conventions=[say(f"reports.convention.{each}") for each in CONVENTIONS],
    )


def _part(part: ReportPart, words: ReportWording, *, has_before: bool = True) -> ShownPart:
    """`has_before`: whether its figures of the period before may stand beside those of this one."""
    shown = [name for name in SHOWN if part["figures"][name]["n"] >= FEWEST_PUBLISHED]
    return ShownPart(part["name"], [_figure(part, name, words, has_before=has_before) for name in shown])


def _figure(part: ReportPart, name: str, words: ReportWording, *, has_before: bool) -> ShownFigure:
    now, before = part["figures"][name], part["previous"][name]
    is_published = has_before and before["n"] >= FEWEST_PUBLISHED
    earlier = words.say("reports.before", value=words.value(name, before)) if is_published else ""
    label = words.say(f"reports.tile.{name}")
    return ShownFigure(label, words.value(name, now), earlier, _target(part, name, words))


def _target(part: ReportPart, name: str, words: ReportWording) -> str:
    target = part["target"]
    if name != "within_target" or target is None or not target["is_decided"]:
        return ""
    text, found = words.target(target), verdict(part)
    reached = "" if found == "none" else f" – {words.say(f'reports.verdict.{found}')}"
    return f"{words.say('reports.target')} {text}{reached}"


def with_ordinals(text: str, language: str) -> Markup:
    """A text in which French ordinals (« 3e », « 1er ») have their letters raised."""
    safe = escape(text)
    return Markup(_ORDINAL.sub(r"\1<sup>\2</sup>", safe)) if language == "fr" else safe
