"""The form of a checklist in a browser: every field has room beside its label."""

import pytest

from accounts.models import Role
from cases.evidence import checklists
from cases.models import Category
from tests.e2e.signing_in import sign_in_as

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

_LAID_OVER = """
() => {
  const seen = [...document.querySelectorAll("label[for^=id_items-0-], :is(input:not([type=hidden]), select)[id^=id_items-0-]")]
    .map((one) => [one.id || one.htmlFor, one.getBoundingClientRect()]).filter(([, box]) => box.width && box.height);
  const shared = (a, b, from, to) => Math.min(a[to], b[to]) - Math.max(a[from], b[from]);
  const over = (a, b) => shared(a, b, "left", "right") > 1 && shared(a, b, "top", "bottom") > 1;
  return seen.flatMap(([name, box], i) => [
    ...(box.right > innerWidth ? [`${name} beyond the edge`] : []),
    ...seen.slice(i + 1).filter(([other, there]) => other !== name && over(box, there)).map(([other]) => `${name} over ${other}`),
  ]);
}
"""


@pytest.mark.parametrize("width", [1366, 360])
def test_no_field_lies_over_another(page, live_server, make_staff, defaults, width):
    sign_in_as(page, live_server.url, make_staff("tri", Role.ADMINISTRATOR))
    draft = checklists.begin_draft(Category.objects.get(slug="deposit-not-credited"), note="")
    page.set_viewport_size({"width": width, "height": 768})
    page.goto(f"{live_server.url}/admin/evidence/checklist/{draft.pk}/change/")
    assert page.locator("select[id^=id_items-0-]").count() >= 4
    assert page.evaluate(_LAID_OVER) == []
