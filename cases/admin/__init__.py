"""The desk: the queues, the case page, one form a step."""

from . import calendars, case_list, categories, notices

__all__ = ["calendars", "case_list", "categories", "notices"]
