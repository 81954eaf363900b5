"""The local channel layer: messages between the processes of one playground, without a listening port."""

from playground.layers.local import LocalLayer

__all__ = ["LocalLayer"]
