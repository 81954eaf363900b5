"""A database of its own for a probe, with the playground's tables and settings, gone with the process."""

import os
import tempfile
from pathlib import Path

import django

FOLDER = tempfile.TemporaryDirectory(prefix="stepyard-bench-")

os.environ["STEPYARD_DB"] = str(Path(FOLDER.name) / "bench.sqlite3")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
django.setup()
