"""Who may what: asked three ways, by the desk, the API, the portal and routing alike.

`may(actor, step, case)` - this step on this case; `visible_to(actor)` - which cases at all, `visible_customers(actor)` -
which customers; `who_may(step, case)` - which people. What is not visible is "not found"; what is visible but not yours
to do is "not permitted". Status plays no part here.
"""

from .on_cases import (
    DECIDING_STEPS,
    can_see,
    earlier_deciders,
    handlers_of,
    heads_of,
    may,
    may_clear_flag,
    may_converse,
    may_open,
    may_read_inside,
    may_read_notes,
    may_read_place,
    may_read_traces,
    may_write,
    refuse,
    require,
    require_scope,
    visible_places,
    visible_to,
    who_may,
)
from .on_customers import may_be_solicited, may_correct, may_identify, may_merge, possible_callers, visible_customers
from .on_staff import (
    may_export,
    may_import_records,
    may_set_presence,
    overseen_departments,
    oversees,
    oversees_everything,
)

__all__ = [
    "DECIDING_STEPS",
    "can_see",
    "earlier_deciders",
    "handlers_of",
    "heads_of",
    "may",
    "may_be_solicited",
    "may_clear_flag",
    "may_converse",
    "may_correct",
    "may_export",
    "may_identify",
    "may_import_records",
    "may_merge",
    "may_open",
    "may_read_inside",
    "may_read_notes",
    "may_read_place",
    "may_read_traces",
    "may_set_presence",
    "may_write",
    "overseen_departments",
    "oversees",
    "oversees_everything",
    "possible_callers",
    "refuse",
    "require",
    "require_scope",
    "visible_customers",
    "visible_places",
    "visible_to",
    "who_may",
]
