"""Bulletins as tests write them: after the structure of the standard's examples, in our own words."""

from datetime import UTC, datetime
from html import escape

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
