"""The pytest plugin: scenarios as tests, beside others, and nothing where they are not asked for."""

import json

import pytest

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow

FLOWS = """
from engine import create_workflow, step

@step
def double(n: int) -> int:
    return 2 * n

doubling = create_workflow(id="doubling", input_schema=int, output_schema=int).sleep(86_400).then(double).commit()
"""
WITH = "[pytest]\nstepyard_modules = flows.py\ntestpaths = tests\n"


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """Return a project with a workflow, a scenario that is right, one that is wrong, and a test of another kind."""
    pytester.makepyfile(flows=FLOWS)
    tests = pytester.mkdir("tests")
    (tests / "test_other.py").write_text("def test_other():\n    pass\n")
    scenario(pytester, "right", 4)
    scenario(pytester, "wrong", 5)
    (pytester.path / "scenarios" / "doubling" / "pins.json").write_text("{}")
    return pytester


def scenario(pytester: pytest.Pytester, name: str, result: int) -> None:
    """Write a scenario that doubles 2."""
    folder = pytester.path / "scenarios" / "doubling"
    folder.mkdir(parents=True, exist_ok=True)
    expect = {"status": "success", "result": result}
    (folder / f"{name}.json").write_text(json.dumps({"workflow": "doubling", "input": 2, "expect": expect}))


def run(project: pytest.Pytester, *words: str) -> pytest.RunResult:
    """Run pytest in a process of its own, without the plugins that this repository's tests alone need."""
    return project.runpytest_subprocess(*words, "-p", "no:randomly", "-p", "no:django")


@pytest.mark.parametrize("words", [(), ("-n", "2"), ("scenarios", "tests")], ids=["plain", "xdist", "named"])
def test_each_scenario_is_a_test(project: pytest.Pytester, words: tuple[str, ...]) -> None:
    """They stand beside all other tests, and a difference is shown as `stepyard test` shows it."""
    project.makeini(WITH)
    result = run(project, "-v", *words)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines_random(
        [
            "*scenarios/doubling/right.json::doubling::right*",
            "*tests/test_other.py::test_other*",
            '-  "result": 5,',
            '+  "result": 4,',
        ]
    )
    result.stdout.no_fnmatch_line("*judge(*")


def test_words_choose_among_them(project: pytest.Pytester) -> None:
    """`-k` finds a scenario by its name."""
    project.makeini(WITH)
    run(project, "-k", "doubling and right").assert_outcomes(passed=1, deselected=2)


def test_without_the_setting_nothing_is_loaded(project: pytest.Pytester) -> None:
    """No scenario is a test, and neither Django nor the engine is imported."""
    (project.path / "tests" / "test_other.py").write_text(
        "import sys\n\ndef test_other():\n    assert {'engine', 'django', 'jsonschema'}.isdisjoint(sys.modules)\n"
    )
    project.makeini("[pytest]\ntestpaths = tests\n")
    run(project).assert_outcomes(passed=1)


def test_what_cannot_be_played_is_told(project: pytest.Pytester) -> None:
    """A module that does not import is named, and the other tests pass."""
    project.makepyfile(flows="import nothing_of_this_name\n")
    project.makeini(WITH)
    result = run(project)
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["there is no workflow 'doubling'. There are: none; *flows.py does not import*"])
