"""The documentation that the distribution carries, and finding words in it."""
