"""The engine's store on Django's models; `get_store` gives the one of this process."""

from playground.store.database import DatabaseBusy, in_database, in_transaction
from playground.store.orm import OrmStore

__all__ = ["DatabaseBusy", "OrmStore", "in_database", "in_transaction"]
