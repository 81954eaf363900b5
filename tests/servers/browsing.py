"""A browser before a proxy: one address, one jar of cookies, whichever web process answers."""

import http.client
import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.command.running import Running
from tests.patience import PATIENCE

CSRF = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@dataclass(slots=True, kw_only=True)
class Browser:
    """Keeps what it is given, and posts forms as they stand on the page that was opened last."""

    name: str
    """The name under which the proxy is reached."""
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    """What the form of the last page holds against requests from other sites."""

    def get(self, web: Running, path: str) -> tuple[int, str]:
        """Open a page."""
        status, text = self._ask(web, "GET", path, None)
        found = CSRF.search(text)
        self.token = found[1] if found else self.token
        return status, text

    def post(self, web: Running, path: str, **fields: str) -> tuple[int, str]:
        """Post a form."""
        return self._ask(web, "POST", path, urlencode({"csrfmiddlewaretoken": self.token, **fields}))

    def _ask(self, web: Running, method: str, path: str, body: str | None) -> tuple[int, str]:
        headers = {"Host": self.name, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{self.name}"}
        connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers=headers)
            response = connection.getresponse()
            for line in response.headers.get_all("Set-Cookie", []):
                self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
            return response.status, response.read().decode()
        finally:
            connection.close()
