"""The supervisor: starts worker processes, watches them and the user's files, and replaces them."""

from playground.supervisor.child import WorkerExit, worker_command
from playground.supervisor.supervisor import CHANNEL, Supervisor
from playground.supervisor.watched_files import locate

__all__ = ["CHANNEL", "Supervisor", "WorkerExit", "locate", "worker_command"]
