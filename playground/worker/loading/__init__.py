"""The user's files: found, imported once each, and made into entries of the catalogue."""
