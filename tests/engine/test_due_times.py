"""When schedules are due: cron expressions in every kind of zone, held against a slow count of all minutes."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.errors import DefinitionError
from engine.schedules.cron import Cron, read_cron
from engine.schedules.due import AT_ONCE, COUNTED, ON_TIME, due_times, settle
from engine.schedules.planned import Missed
from engine.schedules.timing import Interval, Timing, latest, timing_from_dict, timing_text, timing_to_dict

MINUTE = timedelta(minutes=1)

# Hours, half an hour, midnight, both hemispheres, a zone that skipped a day, one that changes around Ramadan, none.
CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2027, 3, 14)),
    ("America/New_York", date(2027, 11, 7)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Santiago", date(2024, 9, 8)),
    ("America/Santiago", date(2024, 4, 7)),
    ("Africa/Cairo", date(2024, 4, 26)),
    ("Asia/Beirut", date(2025, 3, 30)),
    ("Africa/Casablanca", date(2025, 2, 23)),
    ("Africa/Casablanca", date(2025, 4, 6)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Asia/Kathmandu", date(2026, 6, 1)),
    ("UTC", date(2028, 2, 29)),
]

NUMBERS = [range(60), range(24), range(1, 32), range(1, 13), range(7)]


def reading(text: str, numbers: range) -> set[int]:
    """Return the numbers that a field of `fields` means."""
    found: set[int] = set()
    for term in text.split(","):
        body, _, step = term.partition("/")
        first, _, last = body.partition("-")
        low = numbers.start if first == "*" else int(first)
        high = numbers.stop - 1 if first == "*" or (step and not last) else int(last or first)
        found.update(range(low, high + 1, int(step or 1)))
    return found


@st.composite
def fields(draw: st.DrawFn, numbers: range) -> str:
    """Draw one field: a star, a number, a range, each with or without a step, or a list of them."""

    def term() -> str:
        low = draw(st.integers(numbers.start, numbers.stop - 2))
        high = draw(st.integers(min(low + 1, numbers.stop - 1), numbers.stop - 1))
        step = draw(st.integers(1, numbers.stop // 2 + 1))
        return draw(st.sampled_from(["*", f"*/{step}", f"{low}", f"{low}-{high}", f"{low}-{high}/{step}"]))

    return ",".join(term() for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))))


EXPRESSIONS = st.builds(
    lambda minute, hour, day, weekday: f"{minute} {hour} {day} * {weekday}",
    *(fields(NUMBERS[index]) for index in (0, 1)),
    st.sampled_from(["*", "*", "*", "1-31", "*/2", "29,30"]),
    st.sampled_from(["*", "*", "*", "0", "6,0", "1-5"]),
)


def brute_force(expression: str, zone: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    """Return the due times in ``(start, end]`` by looking at every minute that passes, and at every one left out."""
    minute, hour, day, _, weekday = expression.split()
    sets = [reading(field, numbers) for field, numbers in zip(expression.split(), NUMBERS, strict=True)]
    pace = minute.startswith("*") or hour.startswith("*")
    either = not (day.startswith("*") or weekday.startswith("*"))

    def means(wall: datetime) -> bool:
        by_day, by_weekday = wall.day in sets[2], wall.isoweekday() % 7 in sets[4]
        of_day = by_day or by_weekday if either else by_day and by_weekday
        return wall.minute in sets[0] and wall.hour in sets[1] and wall.month in sets[3] and of_day

    def left_out(before: datetime, now: datetime) -> Iterator[datetime]:
        wall = before.replace(tzinfo=None) + MINUTE
        while wall < now.replace(tzinfo=None):
            yield wall
            wall += MINUTE

    found, at = [], start.replace(second=0, microsecond=0)
    before = at.astimezone(zone)
    while (at := at + MINUTE) <= end:
        now = at.astimezone(zone)
        meant = means(now)
        named = (not now.fold and meant) or any(means(wall) for wall in left_out(before, now))
        if at > start and (meant if pace else named):
            found.append(at)
        before = now
    return found


@settings(deadline=None)
@given(EXPRESSIONS, st.sampled_from(CHANGES), st.integers(0, 90_000))
@example("30 2 * * *", CHANGES[0], 0)
@example("0,15,30,45 1-3 * * *", CHANGES[0], 0)
@example("30 2 * * *", CHANGES[1], 0)
@example("*/10 * * * *", CHANGES[1], 7)
@example("* 2 * * *", CHANGES[4], 0)
@example("0 0 * * *", CHANGES[8], 0)
@example("*/30 0 * * *", CHANGES[8], 0)
@example("0 9 * * *", CHANGES[12], 0)
def test_each_due_time_comes_once(expression: str, change: tuple[str, date], seconds: int) -> None:
    """None is lost, none comes twice, and they ascend, on the days around a change of clocks in either direction."""
    name, day = change
    zone = ZoneInfo(name)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=2) + timedelta(seconds=seconds)
    end = start + timedelta(days=4)
    cron = read_cron(expression, name)
    assert list(due_times(cron, after=start, until=end)) == brute_force(expression, zone, start, end)


@settings(deadline=None, max_examples=6)
@given(
    st.sampled_from(["0 9 * * 1-5", "30 2 * * *", "0 */6 * * *", "15 1 1 * *", "0 0 29 2 *", "5 2 * 3,10 0"]),
    st.sampled_from(sorted({name for name, _ in CHANGES})),
    st.datetimes(datetime(1975, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
)
def test_each_due_time_of_a_season_comes_once(expression: str, name: str, start: datetime) -> None:
    """So it is over many weeks, before and after zones changed their minds."""
    end = start + timedelta(days=40)
    found = list(due_times(read_cron(expression, name), after=start, until=end))
    assert found == brute_force(expression, ZoneInfo(name), start, end)


@settings(deadline=None)
@given(st.integers(0, 4_000_000), st.integers(1, 500_000), st.sampled_from([1, 7, 60, 300, 86400]))
def test_the_latest_due_time_is_the_last_of_all(begin: int, length: int, every: int) -> None:
    """It is found by halving; counting through gives the same."""
    after = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=begin, microseconds=begin % 7)
    until = after + timedelta(seconds=length)
    timings: list[Timing] = [read_cron("30 1-3 * * *", "Europe/Berlin"), read_cron("7 */5 2 * *", "UTC")]
    timings += [Interval(every)] if length / every < 3000 else []
    for timing in timings:
        every_one = list(due_times(timing, after=after, until=until))
        assert latest(timing, after=after, until=until) == (every_one[-1] if every_one else None)


def test_an_interval_is_counted_from_1970() -> None:
    """All who count agree, and a due time itself does not count as after itself."""
    at = datetime(2030, 1, 1, 9, 5, tzinfo=UTC)
    assert Interval(300).after(at) == at + timedelta(minutes=5)
    assert Interval(300).after(at - timedelta(microseconds=1)) == at


WRONG = [
    (5, "UTC", "A cron expression is 5"),
    ("* * * *", "UTC", "expression .* is 4"),
    ("0 * * * * *", "UTC", "expression .* is 6"),
    ("61 * * * *", "UTC", "The minute of .* means nothing"),
    ("0 24 * * *", "UTC", "The hour of .* means nothing"),
    ("0 0 * * foo", "UTC", "The day-of-week of .* means nothing"),
    ("0 0 31 2 *", "UTC", "The day 31 never comes in month 2"),
    ("0 99 1 1 *", "UTC", "The hour of .* means nothing.*Expected five fields"),
    ("0 9 * * fri-mon", "UTC", "A range must go up, and fri-mon does not"),
    ("0 22-2 * * *", "UTC", "The hour of .*A range must go up, and 22-2 does not"),
    ("*/0 * * * *", "UTC", "The minute of .*Its numbers are 0 to 59"),
    ("0 9 * * 8", "UTC", "The day-of-week of .*Its numbers are 0 to 7, and both ends are Sunday"),
    ("0 9 * dec-2 *", "UTC", "A range must go up, and dec-2 does not"),
    ("0 9 * * monday", "UTC", "Write mon for monday"),
    ("0 9 * january *", "UTC", "Write jan for january"),
    ("@daily", "UTC", r"write '0 0 \* \* \*'"),
    (" @Hourly ", "UTC", r"write '0 \* \* \* \*'"),
    ("0 0 * * *", "Mars/Olympus", "'Mars/Olympus' is no time zone"),
    ("0 0 * * *", "../etc/passwd", "is no time zone"),
    ("0 0 * * *", "", "is no time zone"),
    ("0 0 * * *", None, "None is no time zone"),
]


@pytest.mark.parametrize(("expression", "zone", "message"), WRONG)
def test_wrong_expressions_are_told(expression: object, zone: object, message: str) -> None:
    """What was found, and what is expected."""
    with pytest.raises(DefinitionError, match=message) as caught:
        read_cron(expression, zone)
    assert "Expected" in str(caught.value)


@pytest.mark.parametrize("timing", [Cron("0 9 * * mon-fri", "Europe/Berlin"), Interval(300)])
def test_a_timing_comes_back_from_json(timing: Timing) -> None:
    """The graph carries it."""
    assert timing_from_dict(timing_to_dict(timing)) == timing


def test_a_timing_in_words() -> None:
    """The largest unit that divides it."""
    told = [timing_text(Interval(seconds)) for seconds in (1, 90, 300, 7200, 86400)]
    assert told == ["every 1 s", "every 90 s", "every 5 min", "every 2 h", "every 1 d"]
    assert timing_text(Cron("0 9 * * *", "UTC")) == "0 9 * * *, UTC"


NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
HOURLY = Interval(3600)


@pytest.mark.parametrize(("missed", "hours", "passed"), [("once", [11], 2), ("skip", [], 3), ("all", [9, 10, 11], 0)])
def test_what_was_missed(missed: Missed, hours: list[int], passed: int) -> None:
    """It is caught up once, skipped, or all of it; what is due now is started anyway."""
    since = NOW - timedelta(hours=3, minutes=30)
    settled = settle(HOURLY, missed, since=since, now=NOW)
    assert [due.hour for due in settled.start] == [*hours, 12]
    assert (settled.passed_over, settled.until, settled.next) == (passed, NOW, NOW + timedelta(hours=1))


@pytest.mark.parametrize("missed", ["once", "skip", "all"])
@settings(deadline=None)
@given(data=st.data())
def test_who_looks_often_misses_nothing(missed: Missed, data: st.DataObject) -> None:
    """Looks that come at least once a minute start each due time once, whenever they come; so do clocks set back."""
    steps = data.draw(st.lists(st.floats(-40, 55), min_size=1, max_size=60))
    since = now = top = NOW
    started: list[datetime] = []
    for step in steps:
        # Set back further than it has come, it would be missed when it comes again.
        now = max(now + timedelta(seconds=step), top - timedelta(seconds=ON_TIME.seconds / 2))
        top = max(top, now)
        settled = settle(Interval(7), missed, since=since, now=now)
        started += settled.start
        since = settled.until
        assert settled.passed_over == 0
    assert started == list(due_times(Interval(7), after=NOW, until=top))


def test_a_long_absence_is_caught_up_in_parts() -> None:
    """No look starts more than it can; the next one goes on where it ended."""
    since = NOW - timedelta(seconds=3 * AT_ONCE)
    started: list[datetime] = []
    while since < NOW:
        settled = settle(Interval(1), "all", since=since, now=NOW)
        assert len(settled.start) <= AT_ONCE
        started += settled.start
        since = settled.until
    assert started == list(due_times(Interval(1), after=NOW - timedelta(seconds=3 * AT_ONCE), until=NOW))


def test_a_very_long_absence_is_not_counted_to_its_end() -> None:
    """Whoever was away for years need not wait for a number that nobody reads."""
    settled = settle(Interval(1), "skip", since=NOW - timedelta(days=3000), now=NOW)
    assert settled.passed_over == COUNTED
    assert len(settled.start) == ON_TIME.seconds


def test_nothing_is_due_when_clocks_were_set_back() -> None:
    """What was dealt with is not dealt with again."""
    settled = settle(HOURLY, "all", since=NOW, now=NOW - timedelta(hours=5))
    assert (settled.start, settled.until, settled.next) == ((), NOW, NOW + timedelta(hours=1))


def test_due_times_go_on() -> None:
    """An expression has no last one."""
    leap = islice(due_times(read_cron("0 0 29 2 *", "UTC"), after=NOW, until=datetime(2100, 1, 1, tzinfo=UTC)), 3)
    assert [due.year for due in leap] == [2032, 2036, 2040]
