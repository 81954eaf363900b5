"""The smallest page around a form: what is posted is read, and what was meant is shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from playground.forms import Form, dumps
from tests.forms.browser import parsed

STATIC = Path(__file__).parent.parent.parent / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
POLICY = "default-src 'self'; style-src 'self'; script-src 'self'; frame-ancestors 'none'"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Form</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="htmx-config" content='{{"includeIndicatorCSS": false, "history": false}}'>
<link rel="icon" href="/img/mark.svg"><link rel="stylesheet" href="/css/base.css">
<link rel="stylesheet" href="/css/parts.css"><link rel="stylesheet" href="/css/forms.css">
<script src="/vendor/htmx.min.js" defer></script>
<script src="/js/form.js" type="module"></script></head><body><div></div><main class="main"><h1>Form</h1>
<form method="post" enctype="multipart/form-data" novalidate>{form}
<button class="button" type="submit">Run</button></form>
<p role="status" id="status">{status}</p><pre id="meant">{meant}</pre></main></body></html>"""


@contextmanager
def serving(forms: dict[str, tuple[Any, Form]]) -> Iterator[str]:
    """Serve forms by their paths; give the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            file = STATIC / path.removeprefix("/")
            if path.startswith(("/css/", "/js/", "/vendor/", "/img/")) and file.is_file():
                self.answer(file.read_bytes(), TYPES[file.suffix])
            elif path in forms:
                self.page(forms[path][1], "", "")
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            schema = forms[self.path][0]
            body = self.rfile.read(int(self.headers["Content-Length"]))
            form = Form.posted(schema, parsed(self.headers["Content-Type"], body)).validate()
            if form.action is not None or form.issues:
                self.page(form, form.action or "invalid", "")
            else:
                self.page(form, "run", dumps(form.value))

        def page(self, form: Form, status: str, meant: str) -> None:
            page = PAGE.format(form=form.html(), status=status, meant=escape(meant))
            self.answer(page.encode(), "text/html; charset=utf-8")

        def answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", POLICY)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
