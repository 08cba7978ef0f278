"""What was asked for, what came in, what was done with it, and what somebody found about it."""

from .checklists import ASKED_OF_CUSTOMERS, CaseField, Checklist, ChecklistItem, ItemKind, Part
from .custody import Custody, CustodyEntry, CustodyText, DeclaredName
from .facts import FOUND, OF_CHECKS, FactEntry
from .files import DerivedPage, FileMetadata, Resemblance, StoredFile
from .items import Check, EvidenceItem
from .requests import EvidenceRequest, RequestedItem, own_reason

__all__ = [
    "ASKED_OF_CUSTOMERS",
    "FOUND",
    "OF_CHECKS",
    "CaseField",
    "Check",
    "Checklist",
    "ChecklistItem",
    "Custody",
    "CustodyEntry",
    "CustodyText",
    "DeclaredName",
    "DerivedPage",
    "EvidenceItem",
    "EvidenceRequest",
    "FactEntry",
    "FileMetadata",
    "ItemKind",
    "Part",
    "RequestedItem",
    "Resemblance",
    "StoredFile",
    "own_reason",
]
