"""The supervisor: starts worker processes, watches them and the user's files, and replaces them."""

from playground.supervisor.child import WorkerExit, worker_command
from playground.supervisor.sources import locate
from playground.supervisor.supervisor import CHANNEL, Supervisor

__all__ = ["CHANNEL", "Supervisor", "WorkerExit", "locate", "worker_command"]
