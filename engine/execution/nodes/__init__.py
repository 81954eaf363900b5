"""One short coroutine for each kind of node, and what several of them share."""
