"""The options of the one command as environment variables."""

from playground.commandline.options import OPTIONS, export_options


def exported(*arguments: str) -> dict[str, str]:
    """Return the variables that arguments become."""
    environment: dict[str, str] = {}
    export_options(arguments, environment)
    return environment


def test_every_option_is_a_variable() -> None:
    """Each option given becomes its variable, wherever it stands."""
    arguments = ["my_flows.py", "--host", "0.0.0.0", "--port=5000", "--workers", "2", "pkg", "--db", "a b.db"]
    assert exported(*arguments, "--token", "t", "--no-reload", "--arm-schedules", "--env-file", ".env") == {
        "STEPYARD_HOST": "0.0.0.0",
        "STEPYARD_PORT": "5000",
        "STEPYARD_WORKERS": "2",
        "STEPYARD_DB": "a b.db",
        "STEPYARD_DATABASE": "",
        "STEPYARD_TOKEN": "t",
        "STEPYARD_RELOAD": "0",
        "STEPYARD_SCHEDULES": "on",
        "STEPYARD_ENV_FILE": ".env",
    }
    assert len(OPTIONS) == 13, "an option that is not tried here"


def test_the_options_of_a_worker_are_variables_too() -> None:
    """What a worker is told is where its processes look."""
    assert exported("flows.py", "--processes", "3", "--concurrency=20", "--grace", "5", "--queues", "a,b") == {
        "STEPYARD_WORKERS": "3",
        "STEPYARD_CONCURRENT_RUNS": "20",
        "STEPYARD_GRACE": "5",
        "STEPYARD_QUEUES": "a,b",
    }


def test_a_file_that_is_named_is_used_instead_of_a_shared_database() -> None:
    """``--db`` counts more than the variable of the other kind; a URL that is given, too, counts more than both."""
    url = "postgres://host/name"
    environment = {"STEPYARD_DATABASE": url}
    export_options(["--db", "file"], environment)
    assert environment == {"STEPYARD_DATABASE": "", "STEPYARD_DB": "file"}
    assert exported("--database", url, "--db", "file")["STEPYARD_DATABASE"] == url


def test_what_is_not_given_stays_as_it_was() -> None:
    """A variable that is set already is kept."""
    environment = {"STEPYARD_PORT": "5000"}
    export_options(["--workers", "2"], environment)
    assert environment == {"STEPYARD_PORT": "5000", "STEPYARD_WORKERS": "2"}


def test_wrong_arguments_are_left_to_the_command() -> None:
    """An option without its value changes nothing here; the command says what is wrong."""
    assert exported("--port") == {}
    assert exported("--por", "5000") == {}
