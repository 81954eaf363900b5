"""Django's settings; whatever a person may want to change is an environment variable ``STEPYARD_*``."""

import os
import socket
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from playground.database_url import postgres

PACKAGE = Path(__file__).resolve().parent


def shared_folder(name: str) -> Path:
    """Return the folder of templates or static files: inside the package in a wheel, beside it in a checkout."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def number(variable: str, default: int, least: int, most: int) -> int:
    """Return the number in an environment variable."""
    text = os.environ.get(variable, str(default))
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise ImproperlyConfigured(f"{variable} is {text!r}; a whole number from {least} to {most} is expected.")
    return int(text)


# The one command's options. The command sets the variables, so that the processes it starts see the same.
STEPYARD_HOST = os.environ.get("STEPYARD_HOST", "127.0.0.1")
STEPYARD_PORT = number("STEPYARD_PORT", 4111, 0, 65535)
STEPYARD_WORKERS = number("STEPYARD_WORKERS", 1, 0, 64)
# How many runs one worker executes at the same time; further ones wait in the queue.
STEPYARD_CONCURRENT_RUNS = number("STEPYARD_CONCURRENT_RUNS", 100, 1, 10_000)
# For how many seconds user code may block a worker before it is ended and replaced; 0 is for ever.
STEPYARD_BLOCKED_SECONDS = number("STEPYARD_BLOCKED_SECONDS", 60, 0, 86_400)
# The name of this machine among those that share a database.
STEPYARD_HOST_NAME = os.environ.get("STEPYARD_HOST_NAME") or socket.gethostname()
# After how many seconds without a sign a worker on another machine counts as gone.
STEPYARD_SILENT = number("STEPYARD_SILENT", 3, 1, 3600)
# For how many seconds a worker that is told to end goes on with its runs before it hands them back.
STEPYARD_GRACE = number("STEPYARD_GRACE", 30, 0, 86_400)
STEPYARD_DB = Path(os.environ.get("STEPYARD_DB", ".stepyard/playground.sqlite3")).absolute()
# A database that several machines share, as a URL; without it, the file is the database.
STEPYARD_DATABASE = os.environ.get("STEPYARD_DATABASE", "")
# A file of variables for the user's code alone: workers read it before they import anything.
STEPYARD_ENV_FILE = Path(os.environ["STEPYARD_ENV_FILE"]).absolute() if os.environ.get("STEPYARD_ENV_FILE") else None
STEPYARD_TOKEN = os.environ.get("STEPYARD_TOKEN", "")
STEPYARD_RELOAD = os.environ.get("STEPYARD_RELOAD", "1") != "0"
# Further host names under which the page may be opened, comma-separated, without the port.
STEPYARD_ALLOWED_HOSTS = [name for name in os.environ.get("STEPYARD_ALLOWED_HOSTS", "").split(",") if name]
STEPYARD_MAX_BODY = number("STEPYARD_MAX_BODY", 5 * 1024 * 1024, 1024, 1024 * 1024 * 1024)

DEBUG = os.environ.get("STEPYARD_DEBUG", "0") == "1"
# On one machine nothing that is signed outlives the process, so a key of this process is the safest one.
STEPYARD_SECRET_KEY = os.environ.get("STEPYARD_SECRET_KEY", "")
SECRET_KEY = STEPYARD_SECRET_KEY or get_random_secret_key()
# The guard compares the Host with the port, before Django sees the request.
ALLOWED_HOSTS = ["*"]

ROOT_URLCONF = "playground.urls"
ASGI_APPLICATION = "playground.asgi.application"
INSTALLED_APPS = ["channels", "playground"]
MIDDLEWARE = [
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "playground.views.missing.EngineErrors",
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
    "NAME": STEPYARD_DB,
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # The log is emptied after a checkpoint when it has grown beyond the limit, or it would keep that size.
        "init_command": ("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit=67108864;"),
    },
    # A file, since a database in memory locks whole tables and so behaves unlike the real one.
    "TEST": {"NAME": Path(tempfile.gettempdir()) / f"stepyard-test-{os.getpid()}.sqlite3"},
}
DATABASES = {"default": postgres(STEPYARD_DATABASE) if STEPYARD_DATABASE else SQLITE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CHANNEL_LAYERS = {"default": {"BACKEND": "playground.layers.LocalLayer"}}

STATIC_URL = "/static/"
STATIC_FOLDER = shared_folder("static")

DATA_UPLOAD_MAX_MEMORY_SIZE = STEPYARD_MAX_BODY
FILE_UPLOAD_MAX_MEMORY_SIZE = STEPYARD_MAX_BODY
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
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{", "datefmt": "%H:%M:%S"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # A page that was not found is no news for the person at the terminal.
    "loggers": {"django.request": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": os.environ.get("STEPYARD_LOG_LEVEL", "WARNING").upper()},
}
