"""A browser as people call it, from what it says of itself."""

from app.tongue import gettext

# The first that is found counts: most browsers also name those they want to be taken for.
BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def called(agent: str | None) -> str:
    browser = next((name for mark, name in BROWSERS if mark in (agent or "")), None)
    system = next((name for mark, name in SYSTEMS if mark in (agent or "")), None)
    if browser and system:
        return gettext("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or (agent or "")[:60] or gettext("A browser that does not say which")
