"""The desk: the queues, the case page, one form a step."""

from . import access_log, calendars, case_list, categories, notices, record_files

__all__ = ["access_log", "calendars", "case_list", "categories", "notices", "record_files"]
