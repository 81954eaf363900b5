"""What a user's function takes and returns, read from its signature and annotations."""

import functools
import inspect
import re
import sys
import types
import typing
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import DefinitionError, InvalidSchema
from engine.short_text import shown
from engine.tree.argument_checks import is_function
from engine.tree.step import Step

_PACKAGE = __name__.partition(".")[0]
_NOTHING_RETURNED = (typing.Never, typing.NoReturn)
_WORDS = re.compile(r"[\w.]+")
_CONTEXT_NAMES = frozenset({"Context", "None", "Optional", "Union"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """How a function is called and which types it declares."""

    name: str
    """Its name in messages."""

    takes_input: bool
    """Whether it takes the data."""

    wants_context: bool
    """Whether it takes a context."""

    input_keyword: str | None
    """The keyword by which the data must be given, if not by position."""

    context_keyword: str | None
    """The keyword by which the context must be given, if not by position."""

    is_async: bool
    """Whether calling it gives a coroutine."""

    input: "Annotation"
    """The annotation of the data."""

    output: "Annotation"
    """The annotation of what it returns."""

    doc: str
    """Its docstring."""

    file: str | None
    """Its source file."""

    line: int | None
    """The line at which it starts."""

    def bind(self, function: Callable[..., Any]) -> Callable[[Any, Any], Any]:
        """Return the function as one that takes ``(data, ctx)``, itself when it is one already."""
        data, ctx = self.input_keyword, self.context_keyword
        if data or ctx:
            return self._by_keyword(function)
        match self.takes_input, self.wants_context:
            case True, True:
                return function
            case True, False:
                return lambda data, ctx: function(data)
            case False, True:
                return lambda data, ctx: function(ctx)
            case _:
                return lambda data, ctx: function()

    def _by_keyword(self, function: Callable[..., Any]) -> Callable[[Any, Any], Any]:
        """Return the function as one that takes ``(data, ctx)`` and hands them on by keyword."""
        wanted = [(0, self.input_keyword)] * self.takes_input + [(1, self.context_keyword)] * self.wants_context

        def call(*given: Any) -> Any:
            by_position = [given[at] for at, keyword in wanted if keyword is None]
            return function(*by_position, **{keyword: given[at] for at, keyword in wanted if keyword is not None})

        return call


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A type that a function declares, found out when it is asked for."""

    raw: Any
    """The annotation as written, `inspect.Parameter.empty` if there is none."""

    function: str
    """The function's name in messages."""

    globals: Mapping[str, Any]
    """Names of the module in which it is written."""

    locals: Mapping[str, Any]
    """Names around the place where the function is handed over."""

    @property
    def given(self) -> bool:
        """Return whether there is an annotation that says anything."""
        if isinstance(self.raw, str):
            return self.raw not in ("Any", "typing.Any")
        return self.raw is not inspect.Parameter.empty and self.raw is not Any

    def __str__(self) -> str:
        """Return the type as written."""
        return self.raw if isinstance(self.raw, str) else getattr(self.raw, "__name__", None) or shown(self.raw)

    def resolve(self) -> Any:
        """Return the type; None for "anything".

        Raises:
            InvalidSchema: a name in it is not defined.
        """
        if not self.given:
            return None
        holder = types.SimpleNamespace(__annotations__={"it": self.raw})
        try:
            hints = typing.get_type_hints(holder, dict(self.globals), dict(self.locals), include_extras=True)
        except NameError as error:
            raise InvalidSchema(
                f"{self.function} is annotated with {self.raw!r}, but {error.name!r} is not defined where the step is "
                "made. Define it before, import it outside `if TYPE_CHECKING`, or give the schema explicitly."
            ) from error
        except Exception as error:  # The text is any expression of the user's, and evaluating it may raise anything.
            raise InvalidSchema(
                f"{self.function} is annotated with {self.raw!r}, which is no type: {type(error).__name__}: {error}. "
                "Correct the annotation, or give the schema explicitly."
            ) from error
        found = _awaited(hints["it"])
        return None if found in _NOTHING_RETURNED else found


def read_signature(function: Callable[..., Any]) -> Signature:
    """Read how a step function, condition, mapping or hook is called.

    It may take ``(data)``, ``(data, ctx)``, ``(ctx: Context)`` or nothing.

    Raises:
        DefinitionError: it is no function, takes something else, or is a generator.
    """
    _check_function(function)
    plain = innermost(function)
    name = str(getattr(function, "__qualname__", None) or getattr(plain, "__qualname__", repr(function)))
    if inspect.isgeneratorfunction(plain) or inspect.isasyncgenfunction(plain):
        raise DefinitionError(f"{name} is a generator. Return a value instead of yielding; ctx.write(...) sends parts.")
    annotation = functools.partial(_annotation, name, plain)
    data, context = _roles(name, function, annotation)
    returned = getattr(plain, "__annotations__", {}).get("return", inspect.Parameter.empty)
    code = getattr(plain, "__code__", None)
    return Signature(
        name=name,
        takes_input=data is not None,
        wants_context=context is not None,
        input_keyword=_keyword(data),
        context_keyword=_keyword(context),
        is_async=inspect.iscoroutinefunction(plain),
        input=annotation(data.annotation if data else inspect.Parameter.empty),
        output=annotation(returned),
        doc=inspect.cleandoc(plain.__doc__ or "") if inspect.isfunction(plain) else "",
        file=code.co_filename if code else None,
        line=code.co_firstlineno if code else None,
    )


def caller_locals() -> Mapping[str, Any]:
    """Return the local names of the code outside this package that is calling it."""
    return _caller().f_locals


def caller_position() -> tuple[str, int]:
    """Return the file and line of the code outside this package that is calling it."""
    frame = _caller()
    return frame.f_code.co_filename, frame.f_lineno


def _caller() -> types.FrameType:
    """Return the innermost frame outside this package."""
    frame = sys._getframe(1)
    while frame.f_back is not None and _ours(frame):
        frame = frame.f_back
    return frame


def _ours(frame: types.FrameType) -> bool:
    """Return whether a frame belongs to this package, or to the generated code of a dataclass in it."""
    return str(frame.f_globals.get("__name__")).partition(".")[0] == _PACKAGE


def _check_function(function: Any) -> None:
    """Check that something is a function, and one that can be called with the data alone.

    Raises:
        DefinitionError: it is something else; the message says how to come to a function.
    """
    found = shown(function)
    match function:
        case Step():
            how = "is a step. Put it into the workflow itself, .then(step), or give its function: step.function."
        case types.CoroutineType():
            function.close()
            how = "is a coroutine: its function was called here. Give the function itself, without parentheses."
        case classmethod() | property() | functools.partialmethod():
            how = (
                "belongs to a class that is not there yet. Leave it undecorated, and make a step of the bound method, "
                "after the class: step(TheClass().method)."
            )
        case type():
            how = "is a class. Give a function that makes what you want of the data: lambda data: TheClass(...)."
        case str():
            how = (
                "is text and no function. Expected one, such as lambda data: ... for a condition or mapping. A step is "
                "made by @step, @step(id=...) or create_step(id=..., execute=...)."
            )
        case _ if not is_function(function):
            how = "is no function. Expected one that takes (data), (data, ctx) or nothing."
        case _:
            return
    raise DefinitionError(f"{found} {how}")


def innermost(function: Callable[..., Any]) -> Any:
    """Return the function inside partials, wrappers, bound methods and objects with ``__call__``."""
    inner: Any = function
    while isinstance(inner, functools.partial | staticmethod):
        inner = inner.func if isinstance(inner, functools.partial) else inner.__func__
    if not inspect.isroutine(inner):
        inner = type(inner).__call__
    return inspect.unwrap(getattr(inner, "__func__", inner))


def _annotation(name: str, plain: Any, raw: Any) -> Annotation:
    """Return an annotation of a function with the names that it may use."""
    closure = _closure(plain) if inspect.isfunction(plain) else {}
    names = getattr(plain, "__globals__", {})
    return Annotation(raw=raw, function=name, globals=names, locals={**caller_locals(), **closure})


def _closure(function: types.FunctionType) -> Mapping[str, Any]:
    """Return the names of the functions around that a function uses and that have a value yet."""
    # An empty cell equals a new one; asking it for its contents would raise.
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {name: cell.cell_contents for name, cell in cells if cell != types.CellType()}


def _awaited(annotation: Any) -> Any:
    """Return what an awaitable gives, for ``def f() -> Awaitable[int]``."""
    if typing.get_origin(annotation) in (Awaitable, Coroutine):
        return typing.get_args(annotation)[-1]
    return annotation


def _keyword(parameter: inspect.Parameter | None) -> str | None:
    """Return the keyword by which a parameter must be given, if any."""
    return parameter.name if parameter is not None and parameter.kind is parameter.KEYWORD_ONLY else None


def _roles(
    name: str, function: Callable[..., Any], annotation: Callable[[Any], Annotation]
) -> tuple[inspect.Parameter | None, inspect.Parameter | None]:
    """Return the parameters that take the data and the context."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except ValueError as error:
        raise DefinitionError(f"{name} has no readable signature. Wrap it: lambda data: {name}(data).") from error
    wanted = [p for p in parameters if _wanted(p, annotation)]
    # A wrapper that takes anything is given the data.
    wanted = wanted or [p for p in parameters if p.kind is p.VAR_POSITIONAL]
    context = next((p for p in wanted if _is_context(p, annotation)), None)
    data = [p for p in wanted if p is not context]
    if context is None and len(data) == 2 and not annotation(data[1].annotation).given:
        context = data.pop()
    _check_parameters(name, wanted, data, annotation)
    if parameters and not data:
        _check_first(name, parameters[0], context)
    return (data[0] if data else None), context


def _check_parameters(
    name: str,
    wanted: list[inspect.Parameter],
    data: list[inspect.Parameter],
    annotation: Callable[[Any], Annotation],
) -> None:
    """Check that a function takes no more than the data and the context, the data first.

    Raises:
        DefinitionError: it takes more, or is a method of no object.
    """
    if data and data[0].name in ("self", "cls"):
        owner = name.rpartition(".")[0].rpartition(".")[2] or "Service"
        method = name.rpartition(".")[2]
        raise DefinitionError(
            f"{name} takes {data[0].name}: it is a method of a class, and no object is there to call it on. Leave it "
            f"undecorated, and make a step of the bound method: step({owner}().{method})."
        )
    if len(data) == len(wanted) == 2:
        extra = data[1].name
        raise DefinitionError(
            f"{name} takes ({data[0].name}, {extra}), and {extra} is declared as {annotation(data[1].annotation)}: a "
            f"step is given one value, and the context if it wants it. Take both in one model, fix the other one with "
            f"functools.partial({name}, {extra}=...) or a default, or write {extra}: Context if the context is meant."
        )
    by_position = [p for p in wanted if _keyword(p) is None]
    if len(data) == 1 and len(by_position) == 2 and by_position[0] not in data:
        context, given = by_position[0].name, data[0].name
        raise DefinitionError(
            f"{name} takes ({context}, {given}), and the data comes first. Swap them: ({given}, {context})."
        )
    if len(data) > 1:
        given = ", ".join(p.name for p in wanted)
        raise DefinitionError(f"{name} takes ({given}). Expected (data), (data, ctx), (ctx: Context) or nothing.")


def _check_first(name: str, first: inspect.Parameter, context: inspect.Parameter | None) -> None:
    """Check that a function that takes no data does not begin with a parameter that looks as if it were for them.

    Raises:
        DefinitionError: the first one has a type and a default, which would always hold, or takes keywords.
    """
    if first.kind is first.VAR_KEYWORD:
        raise DefinitionError(f"{name} takes **{first.name}, but data are given as one value: take (data).")
    # Without a type it is how a lambda in a loop fixes a value: ``lambda value=value: value``.
    is_typed = first.annotation is not first.empty
    by_position = first.kind in (first.POSITIONAL_ONLY, first.POSITIONAL_OR_KEYWORD)
    if by_position and is_typed and first is not context and first.default is not first.empty:
        raise DefinitionError(
            f"{name} takes {first.name} with a default, which would hold always: what has a default is not given the "
            f"data. Leave the default out, or, if it fixes a value, put the data before it: (data, {first.name}=...)."
        )


def _wanted(parameter: inspect.Parameter, annotation: Callable[[Any], Annotation]) -> bool:
    """Return whether something is given for a parameter: it has no default, or it is the context."""
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        return False
    return parameter.default is parameter.empty or _is_context(parameter, annotation)


def _is_context(parameter: inspect.Parameter, annotation: Callable[[Any], Annotation]) -> bool:
    """Return whether a parameter takes the context: it is annotated so, or its name is ctx."""
    kind = parameter.annotation
    if parameter.name != "ctx" and isinstance(kind, str):
        try:
            kind = annotation(kind).resolve()
        except InvalidSchema:
            # Imported under `if TYPE_CHECKING`: the written name has to do.
            return _CONTEXT_NAMES > {word.rpartition(".")[2] for word in _WORDS.findall(kind)} >= {"Context"}
    return parameter.name == "ctx" or _means_context(kind)


def _means_context(kind: Any) -> bool:
    """Return whether a type is that of the context, also in an optional one."""
    if typing.get_origin(kind) is typing.Annotated:
        kind = typing.get_args(kind)[0]
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return any(map(_means_context, typing.get_args(kind)))
    return getattr(typing.get_origin(kind) or kind, "__stepyard_context__", False) is True
