"""Axe on the pages of satisfaction, remedies owed, quality and the monthly report, light and dark."""

import pytest
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Role
from cases.quality.models import Strata
from cases.reports import keeping
from cases.workflow import quality
from tests.cases.quality.building import NOT_MET, answered, marks
from tests.cases.reports.building import case, remedy
from tests.e2e.signing_in import sign_in_as
from tests.e2e.test_desk_accessibility import LEFT_BY_THE_THEME, violations_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_there(page, live_server, make_staff, scheme):
    quan, minh = make_staff("quan", Role.MANAGER), make_staff("minh", Role.SPECIALIST, "payments")
    day = str(timezone.localdate())
    for score in (5, 4, 4, 2, 1):
        case(f"{day} 00:01", f"{day} 00:02", opinion=(f"{day} 00:03", score, score))
    remedy("refund", 500_000, day, f"{day} 00:01")
    for _ in range(2):
        answered(minh, day)
    today = timezone.localdate()
    sample = quality.draw(actor=Actor.staff(quan), wanted=quality.Wanted(today, today, Strata.AGENT, 2))
    done, waiting = sample.reviews.order_by("pk")
    quality.score(done, actor=Actor.staff(quan), marks=marks(done, privacy=NOT_MET))
    keeping.count_all()
    sign_in_as(page, live_server.url, quan)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = {}
    for path in (
        "reporting/satisfaction/",
        "reporting/remedies/",
        "reporting/remedies/list/",
        "reporting/quality/",
        "reporting/quality/list/",
        "reporting/monthly/",
        "quality-reviews/",
        "quality-reviews/draw/",
        "quality-reviews/mine/",
        f"quality-reviews/samples/{sample.pk}/",
        f"quality-reviews/reviews/{done.pk}/",
        f"quality-reviews/reviews/{waiting.pk}/",
    ):
        assert page.goto(f"{live_server.url}/admin/{path}").ok, path
        page.wait_for_timeout(300)
        found[path] = {(rule, target) for rule, target in violations_on(page) if rule not in LEFT_BY_THE_THEME}
    assert {path: what for path, what in found.items() if what} == {}
