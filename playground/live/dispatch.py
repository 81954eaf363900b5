"""How consumers hear what the channel layer brings: at once, on the event loop."""

from typing import Any

from channels.consumer import get_handler_name


class Dispatch:
    """Mixed into consumers: Channels' own way begins with one to a thread and back for each message.

    There it closes connections to the database that are too old. None is ever opened in that thread, which is one for
    the whole process: with a thousand watchers each nudge waited for a thousand turns of it.
    """

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Hand a message to the method that is named like its type.

        Raises:
            ValueError: there is none.
        """
        handler = getattr(self, get_handler_name(message), None)
        if handler is None:
            raise ValueError(f"{type(self).__name__} takes no message of the type {message['type']!r}")
        await handler(message)
