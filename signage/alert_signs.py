"""The signs of alerts: one drawing for screens, kiosks and phones."""

from functools import cache
from pathlib import Path

_DRAWINGS = Path(__file__).parent / "templates" / "signage" / "_alert_signs.html"


@cache
def alert_signs() -> str:
    """Return SVG symbols, `#sign-KIND` for each kind of alert."""
    return _DRAWINGS.read_text(encoding="utf-8")
