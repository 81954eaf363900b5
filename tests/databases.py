"""What the tests have to know about the databases on which they run: a file, or a PostgreSQL of their own."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote


def variables_of(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the environment in which a process uses the same database."""
    if not settings.get("HOST"):
        return {"STEPYARD_DB": str(settings["NAME"]), "STEPYARD_DATABASE": ""}
    password = quote(settings["PASSWORD"], safe="")
    place = f"{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    return {"STEPYARD_DATABASE": f"postgres://{settings['USER']}:{password}@{place}"}
