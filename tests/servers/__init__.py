"""Real servers for tests, started and ended by the tests themselves."""
