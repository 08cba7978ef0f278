"""What a due time costs. Run: .venv/bin/python -m benchmarks.calendar_speed"""

from datetime import date, datetime, time, timedelta
from timeit import repeat
from zoneinfo import ZoneInfo

from cases.sla.calendar import WorkingCalendar

SPLIT_DAY = ((time(8), time(12)), (time(13, 30), time(17, 30)))
HOLIDAYS = [date(year, 1, day) for year in range(2020, 2030) for day in range(1, 12)]
ROUNDS = 500


def main() -> None:
    for name in ("Asia/Ho_Chi_Minh", "Europe/Berlin"):
        zone = ZoneInfo(name)
        calendar = WorkingCalendar(zone, dict.fromkeys(range(5), SPLIT_DAY), HOLIDAYS)
        start = datetime(2026, 2, 13, 17, tzinfo=zone)
        pauses = [(start + timedelta(days=day), start + timedelta(days=day, hours=5)) for day in range(5)]
        for hours in (0.25, 8, 400, 2000, 20000):
            target = timedelta(hours=hours)
            plain = min(repeat(lambda: calendar.due(start, target), number=ROUNDS)) / ROUNDS  # noqa: B023
            paused = min(repeat(lambda: calendar.due(start, target, pauses), number=ROUNDS)) / ROUNDS  # noqa: B023
            print(f"{name:18} {hours:>8} h: {plain * 1e6:6.1f} µs, with five pauses {paused * 1e6:6.1f} µs")


if __name__ == "__main__":
    main()
