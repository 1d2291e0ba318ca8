"""The name of a browser in two words, by which people recognise their sessions. Pure."""

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""What a user agent holds, the first that it holds: browsers name those they imitate too."""
_SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """The browser and its system, without a version ("Firefox, Windows"); empty when neither is known."""
    found = (
        next((name for mark, name in marks if mark in user_agent), None) for marks in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(name for name in found if name)
