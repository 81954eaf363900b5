"""Laws that hold for every schema of the corpus."""

import pytest

from playground.forms import Form, check, dumps, example
from playground.forms.fields.issue_places import pointer_of
from playground.forms.values.pointer import child
from tests.forms.browser import Session
from tests.forms.corpus import Case, cases
from tests.forms.filling import fill

CASES = cases()
each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def test_the_corpus_is_large() -> None:
    """There are at least 150 schemas."""
    assert len(CASES) >= 150


@each
def test_untouched(case: Case) -> None:
    """A loaded value that is submitted without a change comes back identical."""
    for value in case.valid:
        form = Session(case.schema, Form.of(case.schema, value, secrets=True)).submit()
        assert form.issues == ()
        assert dumps(form.value) == dumps(value)


@each
def test_untouched_in_the_json_tab(case: Case) -> None:
    """Switching to the JSON tab and back and submitting there loses nothing."""
    for value in case.valid:
        session = Session(case.schema, Form.of(case.schema, value, secrets=True))
        session.press("tab:json")
        assert dumps(session.submit().value) == dumps(value)
        session.press("tab:fields")
        assert dumps(session.submit().value) == dumps(value)


@each
def test_filled_in(case: Case) -> None:
    """A blank form that is filled in field by field gives each valid value."""
    for value in case.valid:
        session = Session(case.schema)
        fill(session, "", value)
        form = session.submit()
        assert form.issues == ()
        assert check(case.schema, form.value) == []
        assert dumps(sorted_names(form.value)) == dumps(sorted_names(value))


@each
def test_refused(case: Case) -> None:
    """An invalid value is refused with an error at the deepest field that is shown."""
    for value, at in case.invalid:
        form = Session(case.schema, Form.of(case.schema, value, secrets=True)).submit()
        assert form.issues, value
        shown = {as_path(form, issue.path) for issue in form.issues}
        assert at in shown, (value, form.issues)


@each
def test_example(case: Case) -> None:
    """A generated example is valid, wherever any value is."""
    if case.valid:
        assert check(case.schema, example(case.schema)) == []


@each
def test_markup(case: Case) -> None:
    """Every id is there once, every name has the prefix, and every link of the summary leads to an id."""
    for value in [*case.valid, *(value for value, _ in case.invalid)]:
        form = Session(case.schema, Form.of(case.schema, value)).submit()
        page = Session(case.schema, form).page
        assert len(page.ids) == len(set(page.ids))
        assert all(link.removeprefix("#") in page.ids for link in page.links)
        assert all(control.name.startswith("f") for control in page.controls if control.name)


def as_path(form: Form, path: tuple[str | int, ...]) -> str:
    """Return the deepest shown field of an issue as a plain pointer, entries by their names."""
    deepest = pointer_of(form.root, path)
    at = ""
    for step in path:
        here = child(at, str(step))
        if pointer_of(form.root, path[: here.count("/")]).count("/") < here.count("/"):
            break
        at = here
    assert deepest.count("/") == at.count("/")
    return at


def sorted_names(value: object) -> object:
    """Return a value with the names of its objects in order; filling in has an order of its own."""
    if isinstance(value, dict):
        return {name: sorted_names(value[name]) for name in sorted(value)}
    return [sorted_names(item) for item in value] if isinstance(value, list) else value
