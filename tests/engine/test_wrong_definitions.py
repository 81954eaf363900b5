"""Wrong definitions as people write them, each with what the error says was found, and how it is mended."""

import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engine import Engine, MemoryStore, Retry, clone_step, create_workflow, step
from engine.clock import SystemClock
from engine.errors import DefinitionError
from tests.engine.wrong import WRONG, A, a, done, flow


@pytest.mark.parametrize(("define", "message"), WRONG)
def test_a_wrong_definition_says_what_was_found_and_how_to_mend_it(define: Callable[[], Any], message: str) -> None:
    """DefinitionError or a child of it, where the definition stands, and nothing else."""
    with pytest.raises(DefinitionError, match=message):
        define()


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
