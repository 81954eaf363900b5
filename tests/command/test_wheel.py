"""The distribution, built and installed elsewhere."""

import asyncio
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.command import commands
from tests.command.running import FLOWS, ROOT, environment, playground

pytestmark = pytest.mark.wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, with the tools that are installed here."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("stepyard-*.whl"))


def test_the_wheel_holds_all_that_is_served(wheel: Path) -> None:
    """Every template and static file of the checkout is in the wheel, and no test is."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("templates", "static"):
        files = [path for path in (ROOT / folder).rglob("*") if path.is_file() and not path.name.startswith(".")]
        assert files
        assert {f"playground/{path.relative_to(ROOT).as_posix()}" for path in files} <= names
    assert "engine/py.typed" in names
    assert not [name for name in names if name.startswith("tests")]


async def test_the_installed_script_serves_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    """Installed in an environment of its own, ``stepyard dev my_flows.py`` works where nothing else is."""
    home, folder = tmp_path / "venv", tmp_path / "project"
    venv.create(home, with_pip=False)
    place = sysconfig.get_path("purelib", "venv", {"base": str(home), "platbase": str(home)})
    install = [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "install", "--quiet", "--no-deps"]
    await asyncio.to_thread(subprocess.run, [*install, "--no-index", str(wheel)], check=True)
    # The dependencies are borrowed; a path file would also bring in the editable installation of the checkout.
    (Path(place) / "borrowed.pth").write_text(f"import sys; sys.path.append({sysconfig.get_path('purelib')!r})\n")
    folder.mkdir()
    (folder / "my_flows.py").write_text(FLOWS % "greeting")
    command = [str(home / "bin" / "stepyard"), "dev"]
    async with playground(folder, "my_flows.py", command=command, env=environment()) as running:
        await running.until("/workflows/", lambda status, text: "greeting" in text)
        assert running.get("/static/css/base.css")[0] == 200
        assert running.get("/")[0] in (200, 301, 302)
        assert await running.stop() == (0, "")
    said = await commands.command(folder, "run", "greeting", "--input", '"Ada"', program=command[:1])
    assert (said.code, said.json["result"]) == (0, "hello Ada")
    assert (await commands.command(folder, "check", "my_flows.py", program=command[:1])).code == 0
