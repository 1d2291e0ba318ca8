"""Answers of the vigilance as tests write them."""

from typing import Any


def answer(*phenomena: dict[str, Any], updated_at: str = "2026-11-24T06:00:00Z") -> dict[str, Any]:
    """An answer about the Aisne (02), with these phenomena, and the Marne (51), with none."""
    green = {"domain_id": "51", "max_color_id": 1, "phenomenon_items": []}
    aisne = {"domain_id": "02", "max_color_id": 3, "phenomenon_items": list(phenomena)}
    period = {
        "echeance": "J",
        "begin_validity_time": "2026-11-24T06:00:00Z",
        "end_validity_time": "2026-11-24T23:00:00Z",
        "timelaps": {"domain_ids": [aisne, green]},
    }
    return {"product": {"update_time": updated_at, "periods": [period]}}


def phenomenon(number: str, *times: tuple[str, str, int], level: int = 3) -> dict[str, Any]:
    """A phenomenon with the hours (UTC, of that day) of its colours."""
    return {
        "phenomenon_id": number,
        "phenomenon_max_color_id": level,
        "timelaps_items": [
            {
                "begin_time": f"2026-11-24T{start}:00Z",
                "end_time": f"2026-11-24T{end}:00Z",
                "color_id": color,
            }
            for start, end, color in times
        ],
    }


STORMS = phenomenon("3", ("08:00", "14:00", 2), ("14:00", "20:00", 3))
FLOODS = phenomenon("4", level=4)
