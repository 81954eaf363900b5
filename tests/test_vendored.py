"""Files of others that are kept in the repository."""

import hashlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = (ROOT / "static" / "vendor", ROOT / "tests" / "browser" / "vendor")


def listed(folder: Path) -> list[list[str]]:
    """Return what the folder's list says: file, package, version, path in the package, digest."""
    lines = (folder / "VENDORED").read_text().splitlines()
    return [line.split() for line in lines if not line.startswith("#")]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_a_vendored_file_is_what_was_published(folder: Path) -> None:
    """Nobody has changed a file that carries another project's name, and its licence lies beside it."""
    for name, _, version, _, digest in listed(folder):
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        assert (folder / f"{name.split('.')[0]}.LICENSE").exists()
        assert version[0].isdigit()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_vendored_file_is_listed(folder: Path) -> None:
    """Nothing slips in without its version."""
    names = {line[0] for line in listed(folder)}
    licences = {f"{name.split('.')[0]}.LICENSE" for name in names}
    assert {path.name for path in folder.iterdir()} == {"VENDORED"} | names | licences


@pytest.mark.parametrize("path", sorted((ROOT / "static" / "js").glob("*.js")), ids=lambda path: path.name)
def test_scripts_need_no_evaluation(path: Path) -> None:
    """The CSP refuses text that is made into code; our own scripts hold none, and no text becomes mark-up."""
    text = path.read_text()
    assert not [word for word in ("eval(", "new Function", "innerHTML =", "document.write") if word in text]
