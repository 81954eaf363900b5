"""The pytest plugin of the distribution, which loads nothing where ``stepyard_modules`` is not in pytest's ini."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let pytest know the setting."""
    words = "files, folders or dotted names that hold workflows, whose scenarios are tests"
    parser.addini("stepyard_modules", words, type="args", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Load what collects scenarios, where there is something to collect."""
    if config.getini("stepyard_modules"):
        config.pluginmanager.import_plugin("playground.worker.scenarios.scenario_tests")
