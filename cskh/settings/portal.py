"""The public pages: how often one address may ask, how long codes and links hold."""

from datetime import timedelta

from .env import env

# Addresses are shared (mobile networks, cafés), so these bound abuse, not people: (times, per how many seconds).
PORTAL_LIMITS = {
    "request": (env.int("PORTAL_REQUESTS_PER_HOUR", default=30), 3600),
    "ask_code": (30, 3600),
    "try_code": (60, 3600),
    "write": (60, 3600),
    "upload": (120, 3600),
    "helped": (20, 3600),
}
# How many proxies of ours stand in front: the client's address is read that far from the right of X-Forwarded-For.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

ONE_TIME_CODE_HOLDS = timedelta(minutes=10)
ONE_TIME_CODE_BY_TELEPHONE_HOLDS = timedelta(hours=1)  # a colleague must find the time to call first
ONE_TIME_CODE_TRIES = 5
# Between two codes for one browser: grows with each, never beyond the last. All browsers together: so many an hour.
ONE_TIME_CODE_WAITS = (timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=3), timedelta(minutes=10))
ONE_TIME_CODES_PER_HOUR = 20
CASE_LINK_HOLDS = timedelta(days=14)
CASE_ACCESS_HOLDS = timedelta(hours=12)
# Right and wrong codes are answered after the same time, which covers the work a right one causes.
TRACK_ANSWER_SECONDS = 0.25
PUBLIC_FIGURES_CACHE_SECONDS = 600
