"""Contents of documents for tests: the demonstration's, a small valid one, and arbitrary valid ones."""

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

HALLS = Path(__file__).parents[3] / "server" / "demonstration" / "halls"
SITES = ("laon", "saint-quentin", "soissons", "chateau-thierry", "vervins")

type Content = dict[str, Any]


def demonstration(slug: str) -> str:
    """The text of one of the demonstration's documents."""
    return (HALLS / f"{slug}.json").read_text(encoding="utf-8")


def texts(french: str) -> dict[str, str]:
    return {"fr": french, "en": french + " (en)", "es": french + " (es)"}


def service(name: str, prefix: str, **more: Any) -> Content:
    service = {
        "id": f"guise-{name}",
        "names": texts(name),
        "queue": "guise-file",
        "series": {"prefix": prefix},
    }
    return service | more


def small_hall(**more: Any) -> Content:
    """A valid hall with two services and one counter; `more` replaces keys."""
    return {
        "format": "parvis-hall-1",
        "hall": "guise",
        "name": "Accueil de Guise",
        "site": "guise",
        "languages": ["fr", "en", "es"],
        "calendar": {"week": {"monday": ["08:30-12:00", "13:30-16:00"]}},
        "queues": [{"id": "guise-file", "names": texts("File")}],
        "services": [service("accueil", "A"), service("titres", "C")],
        "counters": [
            {"id": "guise-g1", "labels": texts("guichet 1"), "services": ["guise-accueil", "guise-titres"]}
        ],
    } | copy.deepcopy(more)


def small_installation(**more: Any) -> Content:
    """A valid installation with the site of the small hall."""
    return {
        "format": "parvis-installation-1",
        "organisation": "Ville de Guise",
        "brand": {"name": "Guise"},
        "languages": ["fr", "en", "es"],
        "sites": [
            {
                "slug": "guise",
                "name": "Guise",
                "address": "1 place d’Armes, 02120 Guise",
                "calendar": {"week": {"tuesday": ["09:00-12:00"]}},
            }
        ],
    } | copy.deepcopy(more)


def changed(content: Content, path: str, value: Any) -> Content:
    """The content with the value at a path such as `services.0.series.prefix` replaced or added."""
    whole = copy.deepcopy(content)
    *steps, last = path.split(".")
    place: Any = whole
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if isinstance(place, list):
        place[int(last) :] = [value, *place[int(last) + 1 :]]
    else:
        place[last] = value
    return whole


def as_text(content: Content) -> str:
    return json.dumps(content, ensure_ascii=False)


letters = "ACFHKLRT"
prefixes = [a + b for a in ("", *letters) for b in letters]
characters = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])
lines = st.text(characters, min_size=1, max_size=24).filter(str.strip)


def translated(languages: list[str]) -> st.SearchStrategy[dict[str, str]]:
    """Texts complete in the languages, their keys in any order."""
    return st.permutations(languages).flatmap(
        lambda order: st.tuples(*(lines for _ in order)).map(
            lambda words: dict(zip(order, words, strict=True))
        )
    )


@st.composite
def weeks(draw) -> Content:
    """Hours of a week, a day's spans in any order."""
    week: Content = {}
    for day in ("monday", "tuesday", "saturday"):
        marks = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
        spans = [f"{_hour(a)}-{_hour(b)}" for a, b in zip(marks[::2], marks[1::2], strict=False)]
        week[day] = draw(st.permutations(spans))
    return week


def _hour(quarters: int) -> str:
    return f"{quarters // 4:02d}:{quarters % 4 * 15:02d}"


@st.composite
def hall_contents(draw) -> Content:
    """Any valid content of a hall of one to five services."""
    languages = draw(st.sampled_from([["fr"], ["fr", "en", "es"], ["fr", "ar", "en", "uk"]]))
    words = translated(languages)
    count = draw(st.integers(1, 5))
    chosen = draw(st.permutations(prefixes))
    services = [
        service(f"s{n}", chosen[2 * n], names=draw(words))
        | draw(st.fixed_dictionaries({}, optional=_service_options(words, chosen[2 * n + 1])))
        for n in range(count)
    ]
    on_kiosk = [each["id"] for each in services if each.get("is_on_kiosk", True)]
    offered = draw(st.lists(st.sampled_from(on_kiosk), unique=True)) if on_kiosk else []
    return small_hall(
        languages=languages,
        name=draw(lines),
        calendar=draw(
            st.none() | st.fixed_dictionaries({"week": weeks(), "last_ticket_margin_s": st.integers(0, 3600)})
        ),
        queues=[{"id": "guise-file", "names": draw(words)}],
        services=services,
        counters=[{"id": "guise-g1", "labels": draw(words), "services": [each["id"] for each in services]}],
        kiosks=[{"id": "guise-b", "label": draw(lines), "services": offered}],
    )


def _service_options(
    words: st.SearchStrategy[dict[str, str]], prefix: str
) -> dict[str, st.SearchStrategy[Any]]:
    return {
        "subtitles": words | st.just({}),
        "bring": st.lists(words, max_size=3),
        "target_s": st.integers(30, 28_800),
        "appointment_series": st.just({"prefix": prefix, "first": 10, "last": 99}),
        "hours": st.fixed_dictionaries({"week": weeks()}),
        "is_on_kiosk": st.booleans(),
    }
