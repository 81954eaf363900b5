"""Static files as a browser gets them."""

import gzip
import os
from pathlib import Path

from playground.server.assets import Assets
from tests.guard.guarded import Answer, Inside, ask

GZIP = (b"accept-encoding", b"gzip, br")


async def get(folder: Path, *headers: tuple[bytes, bytes], path: str = "/static/a.css", method: str = "GET") -> Answer:
    """Ask for a file of a folder."""
    inside = Inside()
    assets = Assets(inside, folder=folder, prefix="/static/")
    return await ask(*headers, path=path, method=method, guard=assets, inside=inside)


async def test_a_file_is_compressed_for_who_takes_it(tmp_path: Path) -> None:
    """A file is sent smaller when the browser can unpack it, else as it is."""
    (tmp_path / "a.css").write_text("a { color: red }\n" * 100)
    plain, packed = await get(tmp_path), await get(tmp_path, GZIP)
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers[b"content-encoding"] == b"gzip"
    assert packed.headers[b"content-length"] == str(len(packed.body)).encode()
    assert plain.headers[b"content-type"] == b"text/css; charset=utf-8"


async def test_an_unchanged_file_is_not_sent_again(tmp_path: Path) -> None:
    """A browser that has the file is told so."""
    (tmp_path / "a.css").write_text("a {}")
    etag = (await get(tmp_path)).headers[b"etag"]
    answer = await get(tmp_path, (b"if-none-match", etag))
    assert (answer.status, answer.body) == (304, b"")


async def test_a_saved_file_is_read_again(tmp_path: Path) -> None:
    """What is sent is the file as it is now, also one that is new, and none that is gone."""
    assets = Assets(Inside(), folder=tmp_path, prefix="/static/")
    file = tmp_path / "a.css"
    bodies = []
    for number, text in enumerate(["old", "new"]):
        file.write_text(text)
        os.utime(file, (number, number))
        bodies.append((await ask(path="/static/a.css", guard=assets)).body)
    file.unlink()
    assert bodies == [b"old", b"new"]
    assert (await ask(path="/static/a.css", guard=assets)).status == 404


async def test_files_are_only_read(tmp_path: Path) -> None:
    """HEAD gets the headers alone, other methods are refused."""
    (tmp_path / "a.css").write_text("a {}")
    head = await get(tmp_path, method="HEAD")
    assert (head.status, head.body, head.headers[b"content-length"]) == (200, b"", b"4")
    assert (await get(tmp_path, method="POST")).status == 405


async def test_hidden_files_stay_hidden(tmp_path: Path) -> None:
    """A file whose name begins with a dot is none of the page's."""
    (tmp_path / ".env").write_text("SECRET=1")
    assert (await get(tmp_path, path="/static/.env")).status == 404


async def test_everything_else_is_handed_on(tmp_path: Path) -> None:
    """Other paths belong to the pages."""
    assert (await get(tmp_path, path="/staticky")).entered
