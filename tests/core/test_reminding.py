"""When somebody is reminded: days, the warning, what is missed, and the hours in which nobody is written to."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app import places
from app.core import reminding
from app.core.reminding import DAY, Choice, Kind, Moment, Policy, Quiet

SINCE = datetime(2026, 11, 21, 9, tzinfo=UTC)
END = SINCE + 30 * DAY
NIGHT = Quiet(20, 8)
STOCKHOLM, INDIA = ZoneInfo("Europe/Stockholm"), ZoneInfo("Asia/Kolkata")
ZONES = ["Europe/Stockholm", "America/New_York", "America/St_Johns", "Asia/Kolkata", "Asia/Kathmandu"]
ZONES += ["Australia/Lord_Howe", "Pacific/Apia", "Africa/Cairo", "America/Santiago"]


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


# Spelling


@pytest.mark.parametrize(
    ("text", "days"), [("3,7,14", (3, 7, 14)), (" 14, 3 ,3", (3, 14)), ("off", ()), ("365", (365,))]
)
def test_days_are_read_in_any_order(text: str, days: tuple[int, ...]) -> None:
    assert reminding.days(text) == days
    assert reminding.days(reminding.spelled(days)) == days


@pytest.mark.parametrize("text", ["", "0", "366", "1,2,3,4,5", "3;7", "-3", "3.5", "³", "three", "3,", "none"])
def test_other_days_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        reminding.days(text)


@pytest.mark.parametrize(
    ("text", "quiet"), [("20-8", NIGHT), ("0-23", Quiet(0, 23)), ("9-17", Quiet(9, 17)), ("off", None)]
)
def test_quiet_hours_are_read(text: str, quiet: Quiet | None) -> None:
    assert reminding.quiet_hours(text) == quiet


@pytest.mark.parametrize("text", ["", "20", "8-8", "20-24", "20:30-8", "20-8-9", "-8", "20-", "always"])
def test_other_hours_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        reminding.quiet_hours(text)


# The cascade


def test_what_is_left_open_falls_to_the_next_outer_one() -> None:
    installation = Policy((3, 7, 14), NIGHT, 3)
    partner, invitation = Choice(quiet="22-7", warning_days=0), Choice(days=[5])
    assert reminding.cascade(installation, Choice(), Choice()) == installation
    assert reminding.cascade(installation, partner, Choice()) == Policy((3, 7, 14), Quiet(22, 7), 0)
    assert reminding.cascade(installation, partner, invitation) == Policy((5,), Quiet(22, 7), 0)
    assert reminding.cascade(installation, Choice(days=[5], quiet="off"), Choice(days=[])) == Policy((), None, 3)


# The plan


def test_the_plan_has_each_day_and_the_warning_in_order() -> None:
    found = reminding.plan(Policy(), SINCE, END)
    said = [(moment.kind.value, moment.n, (moment.at - SINCE).days) for moment in found]
    assert said == [("reminder", 3, 3), ("reminder", 7, 7), ("reminder", 14, 14), ("expiry-warning", 3, 27)]


def test_what_would_come_with_the_end_or_after_it_is_not_planned() -> None:
    found = reminding.plan(Policy((3, 7, 14)), SINCE, SINCE + 7 * DAY)
    assert [(moment.kind, moment.n) for moment in found] == [(Kind.REMINDER, 3), (Kind.EXPIRY_WARNING, 3)]
    assert reminding.plan(Policy((3,), warning_days=3), SINCE, SINCE + 2 * DAY) == ()
    assert reminding.plan(Policy((), warning_days=0), SINCE, END) == ()


def test_a_leap_day_is_a_day_like_others() -> None:
    since = utc(2028, 2, 26, 9)
    assert [moment.at for moment in reminding.plan(Policy((3, 4)), since, since + 30 * DAY)][:2] == [
        utc(2028, 2, 29, 9),
        utc(2028, 3, 1, 9),
    ]


MOMENTS = reminding.plan(Policy((3, 7, 28)), SINCE, END)


@pytest.mark.parametrize(
    ("after", "now", "found"),
    [
        (0, 2.9, None),
        (0, 3, (Kind.REMINDER, 3)),
        (0, 8, (Kind.REMINDER, 7)),
        (3, 6.9, None),
        (7, 7, None),
        (3, 27.5, (Kind.EXPIRY_WARNING, 3)),
        (3, 29, (Kind.EXPIRY_WARNING, 3)),
        (27, 29, (Kind.REMINDER, 28)),
        (28, 400, None),
        (7, 6, None),
    ],
)
def test_of_all_that_was_missed_one_counts(after: float, now: float, found: tuple[Kind, int] | None) -> None:
    due = reminding.due(MOMENTS, SINCE + after * DAY, SINCE + now * DAY)
    assert (due and (due.kind, due.n)) == found


@given(
    st.sets(st.integers(1, 40), max_size=4),
    st.integers(0, 40),
    st.lists(st.floats(0, 40), min_size=1, max_size=30),
)
def test_however_the_clock_runs_nothing_comes_twice_or_early(days: set[int], warning: int, looks: list[float]) -> None:
    moments = reminding.plan(Policy(tuple(sorted(days)), None, warning), SINCE, END)
    after, said = SINCE, list[Moment]()
    for look in looks:
        now = SINCE + look * DAY
        due = reminding.due(moments, after, now)
        if due:
            assert due.at <= now
            said.append(due)
            after = max(moment.at for moment in moments if moment.at <= now)
    assert len({(moment.kind, moment.n) for moment in said}) == len(said)


# Quiet hours


@pytest.mark.parametrize(
    ("at", "zone", "then"),
    [
        (utc(2026, 11, 21, 9), STOCKHOLM, utc(2026, 11, 21, 9)),
        (utc(2026, 11, 21, 18, 59), STOCKHOLM, utc(2026, 11, 21, 18, 59)),
        (utc(2026, 11, 21, 19), STOCKHOLM, utc(2026, 11, 22, 7)),
        (utc(2026, 11, 21, 3), STOCKHOLM, utc(2026, 11, 21, 7)),
        (utc(2026, 7, 1, 3), STOCKHOLM, utc(2026, 7, 1, 6)),
        # The nights in which the clocks are put forward and back.
        (utc(2026, 3, 28, 22), STOCKHOLM, utc(2026, 3, 29, 6)),
        (utc(2026, 10, 24, 22), STOCKHOLM, utc(2026, 10, 25, 7)),
        # Half an hour beside everybody else.
        (utc(2026, 11, 21, 2, 29), INDIA, utc(2026, 11, 21, 2, 30)),
        (utc(2026, 11, 21, 14, 30), INDIA, utc(2026, 11, 22, 2, 30)),
        (utc(2028, 2, 28, 20), STOCKHOLM, utc(2028, 2, 29, 7)),
    ],
)
def test_a_mail_waits_for_the_contacts_morning(at: datetime, zone: ZoneInfo, then: datetime) -> None:
    assert reminding.allowed(at, NIGHT, [zone]) == then


def test_without_quiet_hours_or_zones_nothing_waits() -> None:
    at = utc(2026, 11, 21, 3)
    assert reminding.allowed(at, None, [STOCKHOLM]) == reminding.allowed(at, NIGHT, []) == at


@pytest.mark.parametrize(
    ("country", "then"), [("SE", utc(2026, 11, 21, 7)), ("US", utc(2026, 11, 21, 18)), ("IN", utc(2026, 11, 21, 3))]
)
def test_in_a_wide_country_it_is_day_everywhere(country: str, then: datetime) -> None:
    assert reminding.allowed(utc(2026, 11, 21, 3), NIGHT, places.zones(country)) == then


def test_where_it_is_never_day_everywhere_the_first_zone_decides() -> None:
    zones = [STOCKHOLM, ZoneInfo("Pacific/Auckland")]
    assert reminding.allowed(utc(2026, 11, 21, 3), Quiet(16, 9), zones) == utc(2026, 11, 21, 8)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    st.integers(0, 23),
    st.integers(0, 23),
    st.lists(st.sampled_from(ZONES), min_size=1, max_size=2),
)
def test_it_is_the_first_moment_that_is_quiet_nowhere(at: datetime, begins: int, ends: int, names: list[str]) -> None:
    assume(begins != ends)
    quiet, zones, start = Quiet(begins, ends), [ZoneInfo(name) for name in names], at.replace(tzinfo=UTC)
    found = reminding.allowed(start, quiet, zones)
    assert start <= found
    asleep = [any(quiet.at(moment.astimezone(zone)) for zone in zones) for moment in quarters(start, found)]
    if len(set(names)) == 1:
        assert not quiet.at(found.astimezone(zones[0]))
        assert all(asleep)
    elif not any(quiet.at(found.astimezone(zone)) for zone in zones):
        assert all(asleep)


def quarters(start: datetime, end: datetime) -> list[datetime]:
    """The start, and each quarter of an hour before the end: no zone begins its hours at other moments."""
    first = start.replace(minute=start.minute // 15 * 15, second=0, microsecond=0) + timedelta(minutes=15)
    number = max(0, -((first - end) // timedelta(minutes=15)))
    return [moment for moment in [start, *(first + n * timedelta(minutes=15) for n in range(number))] if moment < end]


# Places


@pytest.mark.parametrize("name", ["Europe/Stockholm", "UTC", "America/Argentina/Ushuaia", "Etc/GMT+5"])
def test_names_of_zones_are_known(name: str) -> None:
    assert places.zone(name) is not None


@pytest.mark.parametrize(
    "name", ["", "Europe", "Europe/Atlantis", "../etc/passwd", "/etc/localtime", "posix/UTC", "CE\0T"]
)
def test_no_other_text_is_a_zone(name: str) -> None:
    assert places.zone(name) is None


def test_a_country_has_its_zones_and_an_unknown_one_the_suns() -> None:
    assert [zone.key for zone in places.zones("SE")] == ["Europe/Stockholm"]
    assert len(places.zones("US")) > 5
    assert [zone.key for zone in places.zones("XX")] == ["UTC"]
