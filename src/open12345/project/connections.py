"""Which database this instance talks to, as Django's settings want to hear it."""

import os
from pathlib import Path
from typing import Any, Final

from open12345.project.cluster import APPLICATION, DATABASE, OWNER, SUPERUSER, Cluster
from open12345.project.problems import EnvironmentProblem

APPLICATION_URL, OWNER_URL = "DATABASE_URL", "DATABASE_OWNER_URL"
#: Django says None unless told, and psycopg then prepares nothing, not even what asks for it (`orders.store.prepared`).
#: So seldom by itself, and at once where it is asked for.
PREPARED: Final = 1_000_000_000


def is_embedded() -> bool:
    """Whether no server of the operator's own is named."""
    return not os.environ.get(APPLICATION_URL)


def databases(home: Path) -> dict[str, dict[str, Any]]:
    """`default` acts as the application's role, `owner` as the role that migrates the tables."""
    if is_embedded():
        cluster = Cluster(home)
        application, owner = cluster.url(APPLICATION), cluster.url(OWNER)
    else:
        application = os.environ[APPLICATION_URL]
        owner = os.environ.get(OWNER_URL, application)
    pool = {"min_size": 1, "max_size": int(os.environ.get("OPEN12345_POOL", "16")), "timeout": 10}
    return {
        "default": from_url(application, APPLICATION_URL, pool=pool, options="-c lock_timeout=10s"),
        "owner": from_url(owner, OWNER_URL, options="-c lock_timeout=20s"),
    }


def loader(home: Path) -> str:
    """The URL of the role that loads whole histories (`simulate`): triggers stand aside for it where it may say so."""
    if is_embedded():
        return Cluster(home).url(SUPERUSER)
    return os.environ.get(OWNER_URL, os.environ[APPLICATION_URL])


def from_url(url: str, variable: str, **options: Any) -> dict[str, Any]:
    """A PostgreSQL URL as an entry of DATABASES; raises EnvironmentProblem naming the variable."""
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 - half the start of a small command

    try:
        parts = conninfo_to_dict(url)
    except Exception as error:
        raise EnvironmentProblem(
            f"{variable} is not a PostgreSQL URL.",
            "It looks like this: postgresql://user:password@host:5432/open12345",
        ) from error
    named = {
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "NAME": parts.pop("dbname", DATABASE),
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_HEALTH_CHECKS": True,  # a connection that the server dropped is replaced, not tried
        **named,
        "OPTIONS": {"prepare_threshold": PREPARED, **parts, **options},
    }
