"""Bulletins as authorities write them, and the vigilance of Météo-France."""

from datetime import UTC, datetime
from html import escape
from typing import Any

from server.domain.bulletins.proposals import SiteBulletins

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LAON = SiteBulletins(frozenset({("INSEE", "02408"), ("NUTS3", "FRE21")}), (49.564, 3.62))
AISNE = "<areaDesc>Aisne</areaDesc><geocode><valueName>insee</valueName><value>02408</value></geocode>"
LATER = "2026-11-24T15:00:00+01:00"


def info_xml(
    *,
    language: str = "fr-FR",
    urgency: str = "Immediate",
    severity: str = "Severe",
    certainty: str = "Observed",
    response: str = "Prepare",
    expires: str = LATER,
    area: str = AISNE,
    headline: str = "Fuite de gaz dans le quartier de la gare",
    instruction: str = "Restez à l’intérieur et fermez les fenêtres.",
) -> str:
    """One `info`; an empty `language` or `expires` is left out."""
    return (
        "<info>"
        + (f"<language>{language}</language>" if language else "")
        + f"<category>Safety</category><event>Gaz</event><responseType>{response}</responseType>"
        f"<urgency>{urgency}</urgency><severity>{severity}</severity><certainty>{certainty}</certainty>"
        + (f"<expires>{expires}</expires>" if expires else "")
        + f"<senderName>Préfecture d’essai</senderName><headline>{escape(headline)}</headline>"
        f"<description>Une conduite est percée.</description><instruction>{escape(instruction)}</instruction>"
        f"<area>{area}</area></info>"
    )


def cap_xml(
    identifier: str = "gaz-1",
    *,
    sender: str = "essai@example.org",
    sent: str = "2026-11-24T10:00:00+01:00",
    status: str = "Actual",
    message_type: str = "Alert",
    scope: str = "Public",
    references: str = "",
    infos: str | None = None,
) -> bytes:
    """A bulletin; `infos` None: one that proposes an alert at Laon."""
    named = f"<references>{references}</references>" if references else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
        f"<identifier>{identifier}</identifier><sender>{sender}</sender><sent>{sent}</sent>"
        f"<status>{status}</status><msgType>{message_type}</msgType><scope>{scope}</scope>{named}"
        f"{info_xml() if infos is None else infos}</alert>"
    ).encode()


def named(
    identifier: str, *, sender: str = "essai@example.org", sent: str = "2026-11-24T10:00:00+01:00"
) -> str:
    """How a later bulletin names an earlier one."""
    return f"{sender},{identifier},{sent}"


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
