"""A provision as the server sends one, and clocks that a test sets."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kiosk.agent.agent_clock import AgentClock
from kiosk.agent.kept_files import KeptFiles
from kiosk.agent.press_journal import OwnSeries

NOW = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
SERIES = OwnSeries("HL", 1, 999)


def provision(now: datetime = NOW, *, last: int = 999, closes_after_h: float = 6.0) -> dict[str, Any]:
    """Of a kiosk that offers one service, open at `now`, in French and English."""
    opening = {
        "opens_at": (now - timedelta(hours=2)).isoformat(),
        "closes_at": (now + timedelta(hours=closes_after_h)).isoformat(),
        "last_ticket_at": (now + timedelta(hours=closes_after_h)).isoformat(),
    }
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "provision": "p1",
        "kiosk": "laon-borne-1",
        "hall": {
            "slug": "laon",
            "name": {"fr": "Laon"},
            "time_zone": "Europe/Paris",
            "languages": [{"code": "fr", "name": "Français"}, {"code": "en", "name": "English"}],
        },
        "services": [
            {
                "service": "accueil",
                "name": {"fr": "Accueil", "en": "Reception"},
                "openings": [opening],
                "counters": 1,
                "bring": [{"fr": "Une pièce d’identité", "en": "An identity paper"}],
                "children": [],
                "of_a_later_release": True,
            }
        ],
        "begins_at": midnight.isoformat(),
        "ends_at": (midnight + timedelta(days=7)).isoformat(),
        "own_series": {"prefix": "HL", "first": 1, "last": last},
        "site": "Préfecture",
        "logo": None,
        "profile": "raster-80",
    }


class SetClock(AgentClock):
    """A clock whose seconds and wall a test sets."""

    def __init__(self, *, boot: str = "boot-1", wall: datetime = NOW, offset_s: float = 0.0) -> None:
        self.seconds, self.wall = 100.0, wall
        super().__init__(offset_s, boot=boot, elapsed=lambda: self.seconds, wall_clock=lambda: self.wall)

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds
        self.wall += timedelta(seconds=seconds)


def kept_in(folder: Path, **documents: Any) -> KeptFiles:
    """A folder of an agent that is paired, with a provision."""
    kept = KeptFiles(folder)
    device = {"hall": {"slug": "laon", "name": "Laon"}, "id": "laon-borne-1", "label": "Borne"}
    usual = {"token": "T" * 22, "device": device, "provision": provision()}
    for name, document in (usual | documents).items():
        kept.keep(name, document)
    return kept
