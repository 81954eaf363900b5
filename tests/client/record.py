"""Record what Mastra's JavaScript client sends to a playground and is answered.

Run it where the client is installed, which takes a package registry, so the tests do without::

    npm install --prefix FOLDER @mastra/client-js@1
    python -m tests.client.record FOLDER

Without the version, npm chooses by Node's own version and may take one from before 1.0, whose routes are others. The
transcript was recorded with 1.47.0 on Node 20.
"""

import asyncio
import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.client.exchanges import FLOWS, HERE, TRANSCRIPT, Exchange, save
from tests.command.running import playground


async def record(folder: Path) -> None:
    """Play with the installed client, and write the transcript."""
    script = shutil.copy(HERE / "play.mjs", folder)
    with TemporaryDirectory() as place:
        async with playground(Path(place), str(FLOWS)) as running:
            await running.until("/workflows/", lambda _, text: "shop" in text)
            process = await asyncio.create_subprocess_exec(
                "node", script, f"http://localhost:{running.port}", stdout=asyncio.subprocess.PIPE, cwd=folder
            )
            said, _ = await process.communicate()
    if process.returncode:
        sys.exit("the client does not get on with the playground")
    save([Exchange.of(**json.loads(line)) for line in said.splitlines()])
    print(f"wrote {TRANSCRIPT}", file=sys.stderr)


if __name__ == "__main__":
    asyncio.run(record(Path(sys.argv[1])))
