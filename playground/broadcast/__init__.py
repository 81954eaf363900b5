"""How processes on many machines hear that something has moved, beside the database: hints that may be lost."""
