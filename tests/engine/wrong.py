"""Definitions that people write wrongly, each with what the error has to say."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import InitVar, dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Literal, TypedDict, no_type_check

from pydantic import BaseModel, Json, TypeAdapter

from engine import (
    Engine,
    MemoryStore,
    Retry,
    clone_step,
    clone_workflow,
    create_step,
    create_workflow,
    from_init,
    from_state,
    from_step,
    sequence,
    step,
    template,
    value,
)


@step
def a(data: int) -> int:
    """Give it back."""
    return data


@step
def b(data: int) -> int:
    """Give it back."""
    return data


# Wrong calls are the point of this module, so its parts are of no type that a checker knows.
A: Any = a
B: Any = b
make: Any = create_step
decorate: Any = step
begin: Any = create_workflow
Policy: Any = Retry
Registry: Any = Engine


def context_first(ctx: Any, data: int) -> int:
    """Take them the wrong way round."""
    return data


def flow() -> Any:
    """Return a workflow in the making."""
    return create_workflow(id="w", input_schema=int, output_schema=None)


def done() -> Any:
    """Return a committed workflow."""
    return flow().then(a).commit()


def always(data: int) -> bool:
    """Decide for it."""
    return True


def charge(order: dict[str, Any], currency: str) -> str:
    """Take a second value, which no step is given."""
    return f"{order} {currency}"


def scaled(data: int, *, factor: int) -> int:
    """Take a second value by keyword."""
    return data * factor


def three(x: int, y: int, z: int) -> int:
    """Take three values."""
    return x + y + z


def always_three(data: int = 3) -> int:
    """Take data with a default, which would always hold."""
    return data


def by_name(**data: int) -> int:
    """Take data by name."""
    return len(data)


class Service:
    """A class whose methods are made steps at the wrong place."""

    def times(self, data: int) -> int:
        """Take an object and the data."""
        return data

    def alone(self) -> int:
        """Take an object alone."""
        return 1

    @classmethod
    def of_class(cls, data: int) -> int:
        """Take the class and the data."""
        return data


class Order(BaseModel):
    """A class where a function is expected."""

    n: int


class Ahead(BaseModel):
    """A model with a field of a type that is nowhere."""

    later: list[Missing]  # type: ignore[name-defined]  # noqa: F821


@dataclass
class Initialised:
    """A dataclass with a part that is gone when it is made."""

    n: int
    scale: InitVar[int]


class Rough:
    """A type that breaks when its schema is made."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Break."""
        raise KeyError("no schema")


@no_type_check
def generates(data):
    """Yield instead of returning."""
    yield data


@no_type_check
async def generates_later(data):
    """Yield instead of returning, asynchronously."""
    yield data


@no_type_check
def of_nothing(data: Nowhere) -> int:  # noqa: F821
    """Be annotated with a name that is not there."""


@no_type_check
def of_member(data: datetime.Nowhere) -> int:
    """Be annotated with a name that a class does not have."""


@no_type_check
def of_prose(data: "one or more numbers") -> int:
    """Be annotated with prose."""


async def soon(data: int) -> int:
    """Be called where the function itself is meant."""
    return data


def hostile() -> Any:
    """Return an object that cannot even be shown."""

    class Hostile:
        def __repr__(self) -> str:
            raise RuntimeError("not now")

    return Hostile()


def partial_state(spec: Any) -> Callable[[], Any]:
    """Return what begins a workflow with such a state."""
    return lambda: begin(id="w", input_schema=int, output_schema=int, state_schema=spec)


def of_a_run(name: str) -> Callable[[], Any]:
    """Return what takes a workflow for its run."""
    return lambda: getattr(done(), name)


INF, NAN = float("inf"), float("nan")
WEST = timezone(timedelta(hours=-12))


FUNCTIONS: list[tuple[Callable[[], Any], str]] = [
    (lambda: step(charge), r"charge takes \(order, currency\), and currency is declared as str.*partial"),
    (lambda: make(id="x", execute=charge), r"currency is declared as str: a step is given one value"),
    (lambda: step(scaled), r"factor is declared as int.*factor: Context"),
    (lambda: flow().map(scaled), r"scaled takes \(data, factor\)"),
    (lambda: flow().map({"x": charge}), r"currency is declared as str"),
    (lambda: flow().branch([(charge, A)]), r"currency is declared as str"),
    (lambda: flow().dowhile(A, charge), r"currency is declared as str"),
    (lambda: flow().sleep(charge), r"currency is declared as str"),
    (lambda: flow().sleep_until(scaled), r"factor is declared as int"),
    (
        lambda: step(always_three),
        r"always_three takes data with a default, which would hold always.*Leave the default",
    ),
    (lambda: make(id="x", execute=soon, undo=always_three), r"always_three takes data with a default"),
    (lambda: flow().map(always_three), r"always_three takes data with a default"),
    (lambda: step(by_name), r"by_name takes \*\*data, but data are given as one value: take \(data\)"),
    (lambda: step(three), r"three takes \(x, y, z\)\. Expected \(data\), \(data, ctx\)"),
    (lambda: step(Service.times), r"Service.times takes self: it is a method.*step\(Service\(\)\.times\)"),
    (lambda: step(Service.alone), r"Service.alone takes self.*bound method"),
    (lambda: step(context_first), r"context_first takes \(ctx, data\).*Swap them: \(data, ctx\)"),
    (lambda: step(lambda ctx, data: data), r"takes \(ctx, data\).*Swap them: \(data, ctx\)"),
    (lambda: flow().then(Service().times), r"is no step.*bound method: step\(Service\(\)\.times\)"),
    (
        lambda: decorate(vars(Service)["of_class"]),
        r"classmethod.* belongs to a class that is not there yet.*TheClass\(\)\.method",
    ),
    (lambda: decorate(property(lambda self: 1)), r"property.* belongs to a class"),
    (lambda: step(lambda data: data), r"'<lambda>' cannot be the id of a step: lambdas.*step\(id="),
    (lambda: step(functools.partial(three, 1, 2)), r"partial.* cannot be the id of a step.*create_step\(id="),
    (lambda: decorate(3), r"3 is no function\. Expected one that takes \(data\), \(data, ctx\) or nothing"),
    (lambda: decorate("fetch"), r"'fetch' is text and no function.*A step is made by @step, @step\(id="),
    (lambda: decorate(Order), r"Order'> is a class\. Give a function.*lambda data: TheClass"),
    (lambda: make(id="x", execute=Order), r"is a class\. Give a function"),
    (lambda: flow().map(list), r"is a class\. Give a function"),
    (lambda: make(id="x", execute=soon(1)), r"is a coroutine: its function was called here\. Give the function itself"),
    (lambda: make(id="x", execute=A), r"Step\('a'.*is a step\. Put it into the workflow.*step\.function"),
    (lambda: flow().map(A), r"Step\('a'.*is a step"),
    (lambda: make(id="x", execute=None), r"None is no function"),
    (lambda: make(id="x", execute=done()), r"Workflow\('w'.*is no function"),
    (lambda: make(id="x", execute=hostile()), r"a value of type .*Hostile is no function"),
    (lambda: decorate(generates), r"generates is a generator\. Return a value instead of yielding; ctx\.write"),
    (lambda: decorate(generates_later), r"generates_later is a generator"),
    (lambda: decorate(of_nothing), r"of_nothing is annotated with 'Nowhere', but 'Nowhere' is not defined"),
    (lambda: decorate(of_member), r"of_member is annotated with 'datetime.Nowhere', which is no type: AttributeError"),
    (lambda: decorate(of_prose), r"of_prose is annotated with .*which is no type: SyntaxError"),
    (lambda: A(1), r"Step 'a' cannot be called like a function.*\.then\(a\).*nested workflow.*a\.function\(\.\.\.\)"),
]


class Row(TypedDict):
    """A row, of the TypedDict that people find first."""

    n: int


TOO_OLD: list[tuple[Callable[[], Any], str]] = [
    (lambda: make(id="x", execute=soon, input_schema=Row), r"Row cannot be a schema.*from typing_extensions import")
]
TOO_OLD = TOO_OLD if sys.version_info < (3, 12) else []

STEPS: list[tuple[Callable[[], Any], str]] = [
    (lambda: create_workflow(id="x", input=int, output_schema=int), r"There is no input\. Did you mean input_schema\?"),
    (
        lambda: create_workflow(id="x", input_schema=int, output_shema=int),
        r"There is no output_shema\. Did you mean output_schema\?",
    ),
    (
        lambda: create_workflow(id="x", input_schema=int, output_schema=int, on_finsh=a),
        r"was given on_finsh, which no workflow takes\. Did you mean on_finish\?",
    ),
    (lambda: make(id="x", execute=soon, undo="y"), r"Step 'x' has undo='y'\. Expected a function"),
    (lambda: done().then(a), r"is committed and never changes\. Put \.then\(\.\.\.\) before \.commit\(\)"),
    (lambda: done().map(a), r"Put \.map\(\.\.\.\) before \.commit\(\)"),
    (lambda: done().commit(), r"It was committed before"),
    (
        lambda: make("x", execute=soon),
        r"create_step: too many positional arguments\. Write it like this: create_step\(id=",
    ),
    (lambda: make(id="x"), r"create_step: missing a required argument: 'execute'"),
    (
        lambda: make(id="x", execute=soon, retries=3),
        r"Step 'x' was given retries, which no step takes. Did you mean retry",
    ),
    (lambda: decorate(soon, 5), r"step: too many positional arguments\. Write it like this: @step"),
    (lambda: make(id=5, execute=soon), r"5 cannot be the id of a step\. Expected letters"),
    (lambda: decorate(id="")(soon), r"'' cannot be the id of a step"),
    (lambda: make(id="x", execute=soon, retry=3), r"Step 'x' has retry=3\. Expected Retry\(attempts=3"),
    (
        lambda: make(id="x", execute=soon, timeout="5s"),
        r"The timeout of step 'x' was given '5s'\. Expected seconds, more",
    ),
    (lambda: make(id="x", execute=soon, timeout=timedelta(0)), r"timedelta\(0\)\. Expected seconds, more than 0"),
    (lambda: make(id="x", execute=soon, timeout=NAN), r"was given nan\. Expected seconds"),
    (lambda: make(id="x", execute=soon, description=5), r"Step 'x' has description=5\. Expected text"),
    (lambda: make(id="x", execute=soon, metadata=[1]), r"The metadata of 'x' is \[1\]\. Expected a dict or None"),
    (lambda: make(id="x", execute=soon, metadata={"at": datetime}), r"The metadata of 'x' must be JSON"),
    (lambda: make(id="x", execute=soon, input_schema=Ahead), r"Ahead uses the name 'Missing', which is not defined"),
    (lambda: make(id="x", execute=soon, input_schema=list[Ahead]), r"list\[Ahead\] uses the name 'Missing'"),
    (lambda: make(id="x", execute=soon, input_schema="Nope"), r"uses the name 'Nope', which is not defined"),
    (lambda: make(id="x", execute=soon, output_schema="no type"), r"'no type' cannot be a schema"),
    *TOO_OLD,
    (
        lambda: make(id="x", execute=soon, input_schema=[int]),
        r"cannot be a schema.*Write: list\[int\]",
    ),
    (lambda: make(id="x", execute=soon, input_schema=(int, str)), r"no type\. Write: tuple\[int, str\]"),
    (
        lambda: make(id="x", execute=soon, input_schema=TypeAdapter(int)),
        r"give the type that the TypeAdapter was",
    ),
    (lambda: make(id="x", execute=soon, input_schema=Order(n=1)), r"it is an object\. Give its class: Order"),
    (
        lambda: make(id="x", execute=soon, input_schema=list[Service]),
        r"knows nothing of <class .*Service'>\. Make",
    ),
    (lambda: make(id="x", execute=soon, input_schema=3), r"3 is no type\. Use one that pydantic knows"),
    (lambda: make(id="x" * 201, execute=soon), r"The id of a step has 201 characters\. Expected 200 at most"),
    (
        lambda: make(id="x", execute=soon, state_schema=list[int]),
        r"state_schema of step 'x': list\[int\] can be no state",
    ),
    (lambda: make(id="x", execute=soon, output_schema=Rough), r"Rough cannot be a schema: .*no schema"),
    (
        lambda: make(id="x", execute=soon, input_schema=Initialised),
        r"Initialised cannot be a schema: its InitVar 'scale'",
    ),
    (lambda: make(id="x", execute=soon, resume_schema=list[Initialised]), r"InitVar 'scale'.*Make it a field"),
    (
        lambda: make(id="x", execute=soon, input_schema=always),
        r"<function always> cannot be a schema: it is a function",
    ),
    (lambda: make(id="x", execute=soon, input_schema=Order.model_json_schema), r"cannot be a schema: it is a function"),
    (lambda: make(id="x", execute=soon, input_schema=A), r"an object of the class Step is no type\. Use one that"),
    (lambda: make(id="x", execute=soon, output_schema=hostile()), r"a value of type .*Hostile cannot be a schema"),
    (lambda: clone_step("a", id="z"), r"clone_step was given 'a'\. Expected a step"),  # type: ignore[type-var]
    (lambda: clone_step(done(), id="z"), r"Expected a step; clone_workflow clones workflows"),
    (lambda: clone_step(a, id="z", name=3), r"clone_step cannot change name\. It takes execute"),
    (lambda: clone_step(a), r"clone_step: missing a required argument: 'id'"),  # type: ignore[call-arg]
    (lambda: Policy(3), r"Retry.*: too many positional arguments\. Write it like this: Retry\(attempts=3"),
    (lambda: Policy(tries=3), r"Retry.*unexpected keyword argument 'tries'"),
    (lambda: Policy(attempts=True), r"Retry\(attempts=True\): expected a whole number"),
    (lambda: Policy(attempts="3"), r"Retry\(attempts='3'\): expected a whole number"),
    (lambda: Policy(delay="1"), r"Retry\(delay=\.\.\.\) was given '1'\. Expected seconds, 0 or more, or a timedelta"),
    (lambda: Policy(delay=timedelta(-1)), r"Expected seconds, 0 or more"),
    (lambda: Policy(max_delay=None), r"Retry\(max_delay=\.\.\.\) was given None"),
    (lambda: Policy(jitter=1e99), r"The longest is a thousand years"),
    (lambda: Policy(backoff="2"), r"Retry\(backoff='2'\): expected a factor"),
    (
        lambda: Policy(on=ValueError),
        r"Retry\(on=<class 'ValueError'>\): expected a tuple of exception classes, such as",
    ),
    (lambda: Policy(on=("ValueError",)), r"expected a tuple of exception classes"),
]

WORKFLOWS: list[tuple[Callable[[], Any], str]] = [
    (lambda: begin(id="w"), r"create_workflow: missing a required argument: 'input_schema'"),
    (lambda: begin("w", int, int), r"create_workflow: too many positional arguments"),
    (lambda: begin(id=None, input_schema=int, output_schema=int), r"None cannot be the id of a workflow"),
    (lambda: begin(id="w", input_schema=int, output_schema=int, name="x"), r"Workflow 'w' was given name"),
    (lambda: begin(id="w", input_schema=int, output_schema=int, retry=2), r"Workflow 'w' has retry=2"),
    (
        lambda: begin(id="w", input_schema=int, output_schema=int, on_start="x"),
        r"on_start='x'\. Expected a function of",
    ),
    (lambda: begin(id="w", input_schema=int, output_schema=int, on_error=lambda: 1), r"Expected a function of one"),
    (lambda: begin(id="w", input_schema=int, output_schema=int, on_finish=A), r"on_finish=Step\('a'"),
    (lambda: begin(id="w", input_schema=int, output_schema=int, description=b"x"), r"has description=b'x'"),
    (lambda: begin(id="w" * 201, input_schema=int, output_schema=int), r"The id of a workflow has 201 characters"),
    *(
        (
            partial_state(spec),
            r"state_schema of workflow 'w': .* can be no state, which has values under names.*a model",
        )
        for spec in (int, str, list[int], tuple[int, str], Json[dict[str, int]], {"type": "array"}, Literal["a"])
    ),
    (lambda: flow().commit(), r"Workflow 'w' has no step\. Add one with \.then\(step\)"),
    (lambda: flow().then(None), r"None is no step\. Expected a step, a committed workflow or sequence"),
    (lambda: flow().then(soon), r"is no step.*Decorate the function with @step"),
    (lambda: flow().then(lambda n: n), r"A mapping takes it as it is: \.map\(lambda data"),
    *(
        (of_a_run(name), rf"Workflow\('w'.*has no {name}; its runs have\. Write: run = await workflow\.create_run\(\)")
        for name in ("start", "start_async", "run", "resume", "stream")
    ),
    (lambda: flow().then([A, B]), r"is no step.*Several steps go into \.parallel\(\[a, b\]\) or sequence\(a, b\)"),
    (lambda: flow().then(A, B), r"then: too many positional arguments\. Write it like this: \.then\(step\)"),
    (lambda: flow().then(flow().then(A)), r"<workflow 'w' in the making> was not committed\. Call \.commit\(\)"),
    (lambda: flow().then(flow().then(A).commit), r"was not committed\. Call \.commit\(\)"),
    (
        lambda: flow().parallel(A, B),
        r"too many positional arguments\. Write it like this: \.parallel\(\[first, second\]",
    ),
    (lambda: flow().parallel(A), r"\.parallel\(\) was given Step\('a'.*Expected a list of steps: \[first, second\]"),
    (lambda: flow().parallel({"a": A}), r"Expected a list of steps"),
    (lambda: flow().parallel("ab"), r"\.parallel\(\) was given 'ab'"),
    (lambda: flow().parallel([A, B], concurrency="2"), r"concurrency='2': expected a whole number, 1 or more"),
    (lambda: flow().parallel([A, B], fail_fast="no"), r"fail_fast='no': expected True or False"),
    (lambda: flow().branch(always, A), r"Write it like this: \.branch\(\[\(condition, step\)"),
    (lambda: flow().branch((always, A)), r"Expected a list of pairs: \[\(condition, step\)\]"),
    (lambda: flow().branch({always: A}), r"Expected a list of pairs"),
    (lambda: flow().branch([(A, always)]), r"was given the step first.*Expected \(condition, step\)"),
    (lambda: flow().branch([(sequence(a, b), always)]), r"was given the step first"),
    (lambda: flow().branch([(True, A)]), r"True is no function"),
    (lambda: flow().branch([(always, A)], otherwise=always), r"is no step.*Decorate the function"),
    (lambda: flow().dountil(A), r"dountil: missing a required argument: 'condition'"),
    (lambda: flow().dountil(A, 5), r"5 is no function"),
    (
        lambda: flow().dowhile(always, A),
        r"\.dowhile\(\) was given Step\('a'.*as its condition\. Expected \(step, condition\)",
    ),
    (lambda: flow().dountil(sequence(a, b), A), r"as its condition\. Expected \(step, condition\)"),
    (lambda: flow().branch({A: always}), r"given \{Step\('a': int -> int\): <function always>\}\. Expected a list"),
    (lambda: flow().branch([lambda n: n > 1, A]), r"given <function \S*<lambda>>\. Expected a list of pairs"),
    (lambda: flow().branch([("n > 1", A)]), r"'n > 1' is text and no function\. Expected one, such as lambda data"),
    (
        lambda: flow().map(from_init("x")),
        r"\.map\(\) was given from_init\('x'\) alone.*\.map\(\{'name': from_init\('x'\)\}\)",
    ),
    (lambda: flow().foreach([1, 2, 3]), r"\[1, 2, 3\] is no step.*a list of values is made by what stands before"),
    (lambda: flow().foreach([1, 2], A), r"foreach: too many positional arguments"),
    (lambda: flow().map(5), r"5 is no function"),
    (lambda: flow().map(["a"]), r"\['a'\] is no function"),
    (lambda: flow().map({"a": 5}), r"\.map\(\) was given 5 for 'a'\. Expected from_step.*value\(\.\.\.\)"),
    (lambda: flow().map({1: always}), r"\.map\(\) was given the key 1\. Keys become JSON, so they must be text"),
    (lambda: from_step(done), r"from_step was given .*Expected a step or the id of one"),  # type: ignore[arg-type]
    (lambda: from_step(flow()), r"has no id before it is committed\. Call \.commit\(\)"),
    (lambda: from_step(a, 0), r"from_step was given the path 0"),  # type: ignore[arg-type]
    (lambda: from_init(["x"]), r"from_init was given the path \['x'\]\. Expected keys"),  # type: ignore[arg-type]
    (lambda: from_state(None), r"from_state was given the path None"),  # type: ignore[arg-type]
    (lambda: template(5), r"template was given 5\. Expected text"),  # type: ignore[arg-type]
    (lambda: template("{init.city"), r"has a brace without partner"),
    (lambda: value(object()), r"value\(<object.*cannot become JSON"),
    (lambda: flow().sleep("10"), r"sleep was given '10'\. Expected seconds, 0 or more, or a timedelta"),
    (lambda: flow().sleep(True), r"sleep was given True"),
    (lambda: flow().sleep(NAN), r"sleep was given nan"),
    (lambda: flow().sleep(INF), r"sleep was given inf.*thousand years"),
    (lambda: flow().sleep(timedelta.max), r"The longest is a thousand years"),
    (lambda: flow().sleep(datetime(2030, 1, 1)), r"For a point in time there is \.sleep_until"),
    (lambda: flow().sleep_until(5), r"\.sleep_until\(\) was given 5\. Expected a datetime"),
    (lambda: flow().sleep_until(datetime.max.replace(tzinfo=WEST)), r"Expected a datetime of the calendar"),
    (lambda: flow().sleep_until("2030-01-01"), r"\.sleep_until\(\) was given '2030-01-01'"),
    (lambda: flow().wait_for_event(""), r"wait_for_event was given ''\. Expected the name of an event"),
    (lambda: flow().wait_for_event("e", timeout="1h"), r"timeout was given '1h'"),
    (lambda: sequence(), r"sequence\(\) needs at least one step"),
    (lambda: sequence([a, b]), r"Several steps go into"),  # type: ignore[list-item]
    (lambda: sequence(a, id="no id"), r"'no id' cannot be the id of a sequence"),
    (
        lambda: done()(1),
        r"Workflow 'w' cannot be called like a function.*await workflow\.create_run\(\).*\.then\(workflow\)",
    ),  # type: ignore[operator]
    (lambda: clone_workflow(None, id="x"), r"clone_workflow was given None\. Expected a workflow"),  # type: ignore[type-var]
    (lambda: clone_workflow(flow(), id="x"), r"was not committed\. Call \.commit\(\)"),
    (lambda: flow().then(A).create_run(), r"has no create_run before it is committed\. Call \.commit\(\)"),
    *(
        (
            lambda name=name: getattr(flow().then(A), name),
            rf"has no {name}; runs have\. Call \.commit\(\) at its end, and",
        )
        for name in ("start", "run")
    ),
    (lambda: flow().then(A).graph, r"has no graph before it is committed"),
    (lambda: Registry(done()), r"Engine was given Workflow\('w'.*Expected a list of workflows: Engine\(\[orders\]\)"),
    (lambda: Registry(), r"missing a required argument: 'workflows'"),
    (lambda: Registry("w"), r"Engine was given 'w'"),
    (lambda: Registry([None]), r"Engine takes committed workflows and was given None\. Expected what \.commit\(\)"),
    (lambda: Registry([A]), r"was given Step\('a': int -> int\)\. Expected what \.commit\(\)"),
    (lambda: Registry([flow().then(A)]), r"was given <workflow 'w' in the making>: call \.commit\(\)"),
    (lambda: Registry({1: done()}), r"under the name 1\. Expected text"),
    (lambda: Registry([done()], store=MemoryStore), r"store=<class.*which is a class\. Give an object of it"),
    (lambda: Registry([done()], store={}), r"store=\{\}\. Expected a Store, and it has no create\(\)"),
    (lambda: Registry([done()], clock=5), r"clock=5\. Expected a Clock, and it has no now\(\)"),
    (lambda: Registry([done()], logger="x"), r"logger='x'\. Expected a Logger"),
]

WRONG = FUNCTIONS + STEPS + WORKFLOWS
"""Every one of them, and a pattern that its message fits."""
