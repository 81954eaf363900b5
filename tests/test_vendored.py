"""Files of others that are kept in the repository."""

import hashlib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "static" / "vendor"
LISTED = [line.split() for line in (FOLDER / "VENDORED").read_text().splitlines() if not line.startswith("#")]


@pytest.mark.parametrize(("name", "package", "version", "place", "digest"), LISTED)
def test_a_vendored_file_is_what_was_published(name: str, package: str, version: str, place: str, digest: str) -> None:
    """Nobody has changed a file that carries another project's name."""
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest
    assert (FOLDER / f"{name.split('.')[0]}.LICENSE").exists()


def test_every_vendored_file_is_listed() -> None:
    """Nothing slips in without its version."""
    listed = {line[0] for line in LISTED}
    assert {path.name for path in FOLDER.iterdir()} == listed | {"VENDORED"} | {
        f"{name.split('.')[0]}.LICENSE" for name in listed
    }


@pytest.mark.parametrize("path", sorted(FOLDER.parent.rglob("*.js")), ids=lambda path: path.name)
def test_scripts_need_no_evaluation(path: Path) -> None:
    """The CSP refuses text that is made into code; our own scripts hold none."""
    if path.parent != FOLDER:
        assert not [
            word for word in ("eval(", "new Function", "innerHTML =", "document.write") if word in path.read_text()
        ]
