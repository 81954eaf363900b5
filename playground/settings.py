"""Django's settings; whatever a person may want to change is in `playground.configuration`."""

import os
import tempfile
from pathlib import Path

from django.core.management.utils import get_random_secret_key

from playground.configuration import read
from playground.database_url import postgres
from playground.queues.choosing import further_apps

PACKAGE = Path(__file__).resolve().parent


def shared_folder(name: str) -> Path:
    """Return the folder of templates or static files: inside the package in a wheel, beside it in a checkout."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


STEPYARD = read(os.environ)

DEBUG = STEPYARD.debug
PRODUCTION = STEPYARD.production
# On one machine nothing that is signed outlives the process, so a key of this process is the safest one.
SECRET_KEY = STEPYARD.secret_key or get_random_secret_key()
# The guard compares the Host with the port, before Django sees the request.
ALLOWED_HOSTS = ["*"]

ROOT_URLCONF = "playground.urls"
ASGI_APPLICATION = "playground.asgi.application"
INSTALLED_APPS = ["channels", "playground", *further_apps(STEPYARD)]
MIDDLEWARE = [
    "playground.server.middleware.Compression",
    "playground.server.middleware.Common",
    "playground.server.middleware.CsrfCheck",
    "playground.views.error_pages.EngineErrors",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [shared_folder("templates")],
        "APP_DIRS": False,
        "OPTIONS": {
            "builtins": ["django.templatetags.static"],
            "context_processors": ["django.template.context_processors.request"],
        },
    }
]

# Measured: with the defaults, eight writers saw 149 of 320 transactions fail as locked; with these, none did, and they
# were the fastest.
SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": STEPYARD.db.absolute(),
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # The log is emptied after a checkpoint when it has grown beyond the limit, or it would keep that size.
        "init_command": ("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit=67108864;"),
    },
    # A file, since a database in memory locks whole tables and so behaves unlike the real one.
    "TEST": {"NAME": Path(tempfile.gettempdir()) / f"stepyard-test-{os.getpid()}.sqlite3"},
}
DATABASES = {"default": postgres(STEPYARD.database) if STEPYARD.database else SQLITE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CHANNEL_LAYERS = {"default": {"BACKEND": "playground.layers.LocalLayer"}}

STATIC_URL = "/static/"
STATIC_FOLDER = shared_folder("static")

DATA_UPLOAD_MAX_MEMORY_SIZE = STEPYARD.max_body
FILE_UPLOAD_MAX_MEMORY_SIZE = STEPYARD.max_body
# A form posts several controls for each field.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_NUMBER_FILES = 100
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# Cookies ignore the port, so those of another project on localhost must not meet ours.
CSRF_COOKIE_NAME = "stepyard_csrf"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "{asctime} {levelname} {name}: {message}", "style": "{", "datefmt": "%H:%M:%S"},
        "json": {"()": "playground.logs.JsonLines"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": STEPYARD.log_format}},
    # A page that was not found is no news for the person at the terminal.
    "loggers": {"django.request": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": STEPYARD.log_level},
}
