"""Dates, times and durations."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    Field,
    FutureDate,
    FutureDatetime,
    NaiveDatetime,
    PastDate,
    PastDatetime,
    PlainSerializer,
    field_validator,
    model_validator,
)

PLUS_TWO = timezone(timedelta(hours=2))


class Interval(BaseModel):
    start: datetime
    end: datetime

    @model_validator(mode="after")
    def _ordered(self) -> "Interval":
        if self.end < self.start:
            raise ValueError("ends before it starts")
        return self


class Shift(BaseModel):
    day: date
    begins: time = time(9)
    lasts: timedelta = timedelta(hours=8)
    breaks: list[timedelta] = []


class Birthday(BaseModel):
    born: PastDate

    @field_validator("born", mode="before")
    @classmethod
    def _german(cls, value: Any) -> Any:
        return datetime.strptime(value, "%d.%m.%Y").date() if isinstance(value, str) and "." in value else value


TYPES = {
    "date": (date, date(2026, 2, 28), date(1, 1, 1), date(9999, 12, 31)),
    "datetime": (datetime, datetime(2026, 1, 1), datetime(2026, 1, 1, 12, 30, 15, 123456, tzinfo=UTC)),
    "datetime with an offset": (datetime, datetime(2026, 7, 1, 12, tzinfo=PLUS_TWO)),
    "aware datetime": (AwareDatetime, datetime(2026, 7, 1, 12, tzinfo=PLUS_TWO)),
    "naive datetime": (NaiveDatetime, datetime(2026, 7, 1, 12)),
    "past datetime": (PastDatetime, datetime(2001, 7, 1, 12)),
    "future datetime": (FutureDatetime, datetime(2999, 7, 1, 12, tzinfo=UTC)),
    "past date": (PastDate, date(2001, 1, 1)),
    "future date": (FutureDate, date(2999, 1, 1)),
    "time": (time, time(0), time(23, 59, 59, 999999)),
    "time with an offset": (time, time(12, tzinfo=PLUS_TWO), time(12, tzinfo=UTC)),
    "timedelta": (timedelta, timedelta(0), timedelta(days=-3, microseconds=1), timedelta(weeks=52)),
    "zone": (ZoneInfo, ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")),
    "at least an hour": (Annotated[timedelta, Field(ge=timedelta(hours=1))], timedelta(hours=2)),
    "this century": (Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2100, 1, 1))], date(2026, 5, 5)),
    "not before": (Annotated[datetime, Field(gt=datetime(2020, 1, 1, tzinfo=UTC))], datetime(2026, 1, 1, tzinfo=UTC)),
    "to the second": (
        Annotated[datetime, AfterValidator(lambda v: v.replace(microsecond=0))],
        datetime(2026, 1, 1, 1, 1, 1),
    ),
    "as a timestamp": (
        Annotated[datetime, PlainSerializer(lambda v: v.timestamp(), return_type=float)],
        datetime(2026, 1, 1, tzinfo=UTC),
    ),
    "seconds": (
        Annotated[timedelta, PlainSerializer(lambda v: v.total_seconds(), return_type=float)],
        timedelta(1.5),
    ),
    "from and to": (tuple[date, date], (date(2026, 1, 1), date(2026, 12, 31))),
    "interval": (Interval, Interval(start=datetime(2026, 1, 1), end=datetime(2026, 1, 2))),
    "shift": (Shift, Shift(day=date(2026, 1, 1)), Shift(day=date(2026, 1, 1), breaks=[timedelta(minutes=30)])),
    "birthday": (Birthday, Birthday(born=date(1990, 3, 1))),
    "holidays": (dict[date, str], {date(2026, 12, 25): "Christmas"}),
    "appointments": (list[datetime | None], [None, datetime(2026, 1, 1, tzinfo=UTC)]),
    "opening hours": (dict[str, tuple[time, time] | None], {"mon": (time(9), time(17, 30)), "sun": None}),
}
