"""The shipped checklists as rows that a version of a category's checklist may begin with."""

from cases.evidence.models import ChecklistItem

from .checklists import CHECKLISTS, Item


def entries_for(slug: str) -> list[ChecklistItem]:
    """What is shipped for the category of that slug, not saved and of no version yet; nothing where nothing is."""
    return [_entry(item, position) for position, item in enumerate(CHECKLISTS.get(slug, ()))]


def _entry(item: Item, position: int) -> ChecklistItem:
    texts = {
        f"{field}_{language}": words
        for field in ("name", "why", "formats", "example", "otherwise")
        for language, words in zip(("vi", "en"), getattr(item, field), strict=True)
    }
    return ChecklistItem(
        part=item.part,
        slug=item.slug,
        kind=item.kind,
        either_of=item.either_of,
        case_field=item.case_field,
        record=item.record,
        is_mandatory=item.mandatory,
        must_be_verified=item.must_be_verified,
        position=position,
        **texts,
    )
