"""The desk: the queues, the case page, one form a step."""

from . import case_list, notices

__all__ = ["case_list", "notices"]
