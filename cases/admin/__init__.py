"""The desk: the queues, the case page, one form a step."""

from . import (
    access_log,
    calendars,
    case_list,
    categories,
    checklists,
    notices,
    problems,
    quality_forms,
    record_files,
    remedies,
)
from .reports import log as exports

__all__ = [
    "access_log",
    "calendars",
    "case_list",
    "categories",
    "checklists",
    "exports",
    "notices",
    "problems",
    "quality_forms",
    "record_files",
    "remedies",
]
