"""The operator's own records: where they are asked, how patiently, and what a file of them may be."""

from datetime import timedelta

from .env import env

# Empty: there is no such system, and records come as files only.
OPERATOR_RECORDS_URL = env.str("OPERATOR_RECORDS_URL", default="").rstrip("/")
OPERATOR_RECORDS_KEY = env.str("OPERATOR_RECORDS_KEY", default="")
OPERATOR_RECORDS_TIMEOUT_SECONDS = env.float(
    "OPERATOR_RECORDS_TIMEOUT_SECONDS", default=10.0
)  # for one question, all pages
OPERATOR_RECORDS_MAX_BYTES = 1024 * 1024
OPERATOR_RECORDS_RETRY_SECONDS = (30, 120, 600, 3600, 6 * 3600)
OPERATOR_RECORDS_CLAIM = timedelta(minutes=10)  # above the longest task

RECORD_FILE_MAX_BYTES = env.int("RECORD_FILE_MAX_BYTES", default=50 * 1024 * 1024)
RECORD_FILE_MAX_LINES = 500_000
