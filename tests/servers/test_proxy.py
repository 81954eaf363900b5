"""One browser before a proxy that hands each request to another web process."""

import asyncio
from pathlib import Path

import pytest

from tests.servers.browsing import Browser
from tests.servers.hosts import cluster
from tests.servers.postgres import Postgres
from tests.servers.test_hosts import FLOWS

pytestmark = pytest.mark.servers

NAME = "flows.example.org"


async def test_cookies_and_forms_count_at_every_web_process(server: Postgres, tmp_path: Path) -> None:
    """The token is brought once, each takes the forms of the other, and what one started the other answers."""
    async with cluster(server, tmp_path, FLOWS) as machines:
        words, more = ("--token", "secret"), {"STEPYARD_ALLOWED_HOSTS": NAME}
        async with machines.web(*words, **more) as one, machines.web(*words, **more) as other:
            await machines.host("host-a")
            browser = Browser(name=NAME)
            assert browser.get(one, "/runs/")[0] == 401
            assert browser.get(one, "/runs/?token=secret")[0] == 303
            assert browser.get(other, "/runs/")[0] == 200
            assert browser.get(one, "/workflows/asking/")[0] == 200
            fields = {"f:tab": "json", "f": "1"}
            status, text = await asyncio.to_thread(browser.post, other, "/workflows/asking/", **fields)
            assert status == 303, text
            ((run_id,),) = machines.ask("SELECT run_id FROM playground_run")
            await machines.until(lambda: machines.statuses()[run_id] == "suspended")
            assert browser.get(one, f"/runs/{run_id}/")[0] == 200
            fields = {"f:tab": "json", "f": "2"}
            status, text = await asyncio.to_thread(browser.post, other, f"/runs/{run_id}/resume/?step=ask", **fields)
            assert status == 303, text
            await machines.until(lambda: machines.statuses()[run_id] == "success")
