"""Wrong definitions as people write them, each with what the error says was found, and how it is mended."""

import copy
import re
import subprocess
import sys
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pydantic import PydanticUserError

import engine
from engine import Engine, MemoryStore, Retry, clone_step, create_workflow, step
from engine.clock import SystemClock
from engine.errors import DefinitionError, StepyardError
from tests.engine.wrong import WRONG, A, a, done, flow


@pytest.mark.parametrize(("define", "message"), WRONG)
def test_a_wrong_definition_says_what_was_found_and_how_to_mend_it(define: Callable[[], Any], message: str) -> None:
    """DefinitionError or a child of it, where the definition stands, once: no layer tells again what another told."""
    with pytest.raises(DefinitionError, match=message) as refused:
        define()
    above = traceback.TracebackException.from_exception(refused.value)
    assert " at 0x" not in str(refused.value)
    told = [one.exc_type for one in (above.__cause__, None if above.__suppress_context__ else above.__context__) if one]
    assert not [kind for kind in told if issubclass(kind or object, StepyardError | PydanticUserError)]


def test_a_step_in_a_class_is_refused_where_it_is_written() -> None:
    """Also where the method is all that the class body has."""
    with pytest.raises(DefinitionError, match=r"Wrong\.times takes self"):

        class Wrong:
            @step
            def times(self, data: int) -> int:
                return data


async def test_a_bound_method_is_a_step() -> None:
    """What the error tells works, and so does a static method."""

    class Right:
        factor = 3

        def times(self, data: int) -> int:
            return data * self.factor

        @step
        @staticmethod
        def plus(data: int) -> int:
            return data + 1

    workflow = create_workflow(id="w", input_schema=int, output_schema=int).then(step(Right().times)).then(Right.plus)
    assert (await (await workflow.commit().create_run()).start(2)).result == 7


class Service:
    """A class with a step in it, as people write it."""

    def one(self, data: int) -> int:
        """Give one more."""
        return data + 1


@pytest.mark.parametrize("define", [lambda: flow().then(Service().one), lambda: step(Service.one)])
async def test_the_hint_about_methods_works_as_it_is_written(define: Callable[[], Any]) -> None:
    """Each way to a method in a class gives the same hint, and its code can be typed."""
    with pytest.raises(DefinitionError, match=r"step\(Service\(\)\.one\)") as refused:
        define()
    code = str(refused.value).rpartition(": ")[2].removesuffix(".")
    made: Any = eval(code, {"step": step, "Service": Service})  # noqa: S307
    assert (await (await flow().then(made).commit().create_run()).start(2)).result == 3


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("workflow", "Write: from engine import create_workflow."),
        ("task", "Write: from engine import step."),
        ("createStep", "Did you mean create_step? Write: from engine import create_step."),
        ("Steps", "Did you mean Step?"),
        ("run_to_end", "Write: from engine.testing import run_to_end."),
        ("InvalidInput", "Write: from engine.errors import InvalidInput."),
        ("suspend", r"ctx.suspend(...)"),
        ("parallel", "create_workflow(...).parallel(...)"),
        ("resume", "await run.resume(...)"),
    ],
)
def test_a_wrong_import_names_the_right_one(name: str, message: str) -> None:
    """What people most likely mean is told where they import it."""
    with pytest.raises(ImportError, match=f"engine has no {name!r}.*{re.escape(message)}"):
        exec(f"from engine import {name}")  # noqa: S102


def test_what_is_like_no_name_of_the_engine_is_an_attribute_error() -> None:
    """So that tools that look for attributes find none, and parts of the package are imported as ever."""
    assert not hasattr(engine, "zebra")
    assert not hasattr(engine, "sleep")
    assert not hasattr(engine, "__wrapped__")
    code = "from engine import testing, errors; import engine.values"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_is_not_there_is_an_attribute_error() -> None:
    """A builder speaks only for what a committed workflow has; the rest is as Python has it."""
    with pytest.raises(AttributeError, match=r"no attribute 'paralel'"):
        flow().paralel([A])
    assert not hasattr(flow(), "__wrapped__")
    assert copy.copy(flow()).then(A).commit().id == "w"


def test_a_type_error_of_the_users_own_code_is_not_hidden() -> None:
    """Only calls that do not fit are told in our words."""

    class Arms(list[Any]):
        def __iter__(self) -> Any:
            raise TypeError("mine")

    with pytest.raises(TypeError, match="mine"):
        flow().parallel(Arms([A]))


def test_seconds_may_be_a_timedelta_everywhere() -> None:
    """Where seconds are meant, a timedelta is taken."""
    hour = timedelta(hours=1)
    made = clone_step(a, id="x", timeout=hour, retry=Retry(attempts=2, delay=hour, max_delay=hour, jitter=hour))
    assert (made.timeout, Retry(delay=hour, max_delay=hour).delay_after(1, lambda: 1.0)) == (3600, 3600)
    assert made.retry is not None
    assert made.retry.to_dict() == Retry(attempts=2, delay=3600, max_delay=3600, jitter=3600).to_dict()
    workflow = flow().sleep(hour).wait_for_event("e", timeout=hour).commit()
    assert [node.get("seconds", node.get("timeout")) for node in workflow.graph["steps"]] == [3600, 3600]


def test_the_ports_of_an_engine_may_be_anything_that_has_their_methods() -> None:
    """Stores and clocks of one's own are taken."""
    Engine([done()], store=MemoryStore(), clock=SystemClock())
