"""Quality as pages: drawing, reviewing, what agents find of their own work, and the figures with the reviews behind them."""

import html
import re

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Role
from cases.models import Case, Category
from cases.quality import forms
from cases.quality.models import AgentComment, Review, Sample, Strata
from tests.cases.quality.building import MET, NA, NOT_MET, answered, drawn, one_review, reviewed
from tests.cases.reports.building import at
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(defaults):
    with time_machine.travel(at("2026-11-10 09:00"), tick=False):
        yield


@pytest.fixture
def minh(make_staff):
    return in_english(make_staff("minh", Role.SPECIALIST, "payments"))


@pytest.fixture
def son(make_staff, client):
    user = in_english(make_staff("son", Role.MANAGER))
    client.force_login(user)
    return user


def in_english(user):
    user.language = "en"
    user.save()
    return user


def filled_in(review, **errors):
    said = {"summary": "Tốt"}
    for one in review.sample.form.criteria.all():
        result = errors.get(one.slug.replace("-", "_"), MET)
        said[f"mark-{one.pk}"] = result
        said[f"comment-{one.pk}"] = "Chưa nói hạn" if result == NOT_MET else ""
    return said


@pytest.mark.parametrize(
    ("role", "department", "lead", "works", "draws"),
    [
        (Role.INTAKE, "intake", False, 403, 403),
        (Role.SPECIALIST, "payments", False, 403, 403),
        (Role.SPECIALIST, "payments", True, 200, 200),
        (Role.MANAGER, None, False, 200, 200),
        (Role.AUDITOR, None, False, 200, 403),
        (Role.ADMINISTRATOR, None, False, 200, 200),
    ],
)
def test_who_gets_in(client, make_staff, minh, son, role, department, lead, works, draws):
    review = one_review(son, answered(minh))
    client.force_login(make_staff("kim", role, department, lead=lead))
    assert client.get(reverse("quality:work")).status_code == works
    assert client.get(reverse("quality:draw")).status_code == draws
    assert client.post(reverse("quality:draw")).status_code == (400 if draws == 200 else 403)
    assert client.get(reverse("quality:mine")).status_code == 200
    sees = 200 if works == 200 else 404
    assert client.get(reverse("quality:review", args=[review.pk])).status_code == sees
    assert client.get(reverse("quality:sample", args=[review.sample_id])).status_code == (sees if works == 200 else 403)
    assert client.get(reverse("reports:reviews")).status_code == works
    client.logout()
    for name in ("work", "draw", "mine"):
        assert client.get(reverse(f"quality:{name}")).status_code == 302


def test_from_drawing_to_the_agents_comment(client, minh, son):
    made = answered(minh)
    asked = {"first_day": "2026-10-01", "last_day": "2026-10-31", "strata": "agent", "size": "3"}
    page = client.post(reverse("quality:draw"), asked, follow=True)
    assert Sample.objects.get().seed in text_of(page)
    assert "Drawn again with the same seed" not in text_of(page)  # only when asked
    again = re.search(r'href="(\?again=1)"', page.content.decode())[1]
    checked = client.get(reverse("quality:sample", args=[Sample.objects.get().pk]) + again)
    assert "Drawn again with the same seed: the same cases." in text_of(checked)
    review = Review.objects.get()
    assert f"Review {made.code}" in client.get(reverse("quality:work")).content.decode()
    url = reverse("quality:review", args=[review.pk])
    refused = client.post(
        url, {**filled_in(review, next_step=NOT_MET), f"mark-{review.sample.form.criteria.first().pk}": ""}
    )
    assert refused.status_code == 400
    assert "Say whether it is met." in text_of(refused)
    assert "Chưa nói hạn" in text_of(refused)  # what was written is still there
    done = client.post(url, filled_in(review, next_step=NOT_MET, no_demand=NOT_MET), follow=True)
    assert "not passed 83% compliance-critical error" in text_of(done)
    client.force_login(minh)
    assert made.code in text_of(client.get(reverse("quality:mine")))
    page = client.get(url)
    assert "Chưa nói hạn" in text_of(page)
    assert client.post(url, {"body": ""}).status_code == 400
    said = client.post(url, {"body": "Hạn ở tin thứ hai <b>"}, follow=True)
    assert "&lt;b&gt;" in said.content.decode()
    assert AgentComment.objects.get().text == "Hạn ở tin thứ hai <b>"
    assert client.post(url, {"body": "Nữa"}).status_code == 403


def test_an_agent_sees_nothing_of_a_review_that_is_not_done_nor_of_others(client, make_staff, minh, son):
    review = one_review(son, answered(minh))
    client.force_login(minh)
    assert client.get(reverse("quality:review", args=[review.pk])).status_code == 404
    reviewed(son, review.case)
    client.force_login(make_staff("tam", Role.SPECIALIST, "payments"))
    assert client.get(reverse("quality:review", args=[review.pk])).status_code == 404
    assert review.case.code not in text_of(client.get(reverse("quality:mine")))


def test_who_may_not_review_is_told_and_cannot(client, make_staff, minh, son):
    yen = in_english(make_staff("yen", Role.MANAGER))
    review = one_review(son, answered(minh, by=[yen]))
    client.force_login(yen)
    url = reverse("quality:review", args=[review.pk])
    assert "who had no part in the case" in text_of(client.get(url))
    assert client.post(url, filled_in(review)).status_code == 403
    assert not Review.objects.get().is_done


def test_a_case_that_is_closed_again_is_reviewed_by_the_round_that_was_drawn(client, minh, son):
    review = one_review(son, answered(minh))
    url = reverse("quality:review", args=[review.pk])
    Case.objects.filter(pk=review.case_id).update(round=2, status="resolving", closed_at=None, closed_as="")
    assert "reopened, waits" in text_of(client.get(reverse("quality:work")))
    assert "not reviewed while it is being worked on" in text_of(client.get(url))
    assert client.post(url, filled_in(review)).status_code == 403
    again = {"status": "closed", "closed_at": at("2026-10-20 08:00"), "closed_as": "accepted"}
    Case.objects.filter(pk=review.case_id).update(**again)
    assert f"Review {review.case.code}" in client.get(reverse("quality:work")).content.decode()
    assert "Review the work of round 1 alone." in text_of(client.get(url))
    client.post(url, filled_in(review))
    assert Review.objects.get().is_done
    assert "Nothing is waiting." in text_of(client.get(reverse("quality:work")))


@pytest.mark.parametrize("strata", Strata.values)
def test_a_lead_reads_of_their_own_strata_and_counts_their_own_reviews(client, make_staff, minh, son, strata):
    tam = in_english(make_staff("tam", Role.SPECIALIST, "quality"))
    waiting = [answered(minh), answered(tam, category="staff-conduct"), answered(tam, category="staff-conduct")]
    sample = drawn(son, strata=strata)
    reviewed(son, waiting[1])

    def rows():
        page = client.get(reverse("quality:sample", args=[sample.pk])).content.decode()
        return re.findall(r'<th scope="row">([^<]+)</th><td>(\d+)</td><td>(\d+)</td>', page)

    of_all = rows()
    assert sorted(one[1:] for one in of_all) == [("1", "1"), ("2", "2")]
    assert "1 of 3" in text_of(client.get(reverse("quality:work")))
    client.force_login(in_english(make_staff("lan", Role.SPECIALIST, "payments", lead=True)))
    assert rows() == [next(one for one in of_all if one[1] == "1"), ("others", "2", "2")]
    assert "0 of 1" in text_of(client.get(reverse("quality:work")))
    assert "Tam" not in text_of(client.get(reverse("quality:sample", args=[sample.pk])))


@pytest.mark.parametrize("name", ["quality:work", "quality:mine"])
def test_pages_are_turned(client, minh, son, monkeypatch, name):
    monkeypatch.setattr("cases.admin.quality.pages.PER_PAGE", 1)
    made = [answered(minh) for _ in range(3)]
    drawn(son)
    if name == "quality:mine":
        for one in made:
            reviewed(son, one)
        client.force_login(minh)
    page = client.get(reverse(name), {"page": 2})
    assert "Page 2 of 3" in text_of(page)
    assert re.findall(r'href="([^"]+)" rel="(prev|next)"', page.content.decode()) == [
        ("?page=1", "prev"),
        ("?page=3", "next"),
    ]


def test_the_category_goes_with_the_case(client, minh, son):
    """A case that became one of a restricted category is not the agent's any more; the review of their work still is."""
    review = reviewed(son, answered(minh))
    restricted = Category.objects.get(slug="staff-conduct")
    Case.objects.filter(pk=review.case_id).update(category=restricted, department=restricted.department)
    url = reverse("quality:review", args=[review.pk])
    assert restricted.name_en in text_of(client.get(url))
    client.force_login(minh)
    page = client.get(url)
    assert page.status_code == 200
    assert restricted.name_en not in text_of(page)


class TestFigures:
    """Five reviews in November. Two errors for the customer; one of compliance, where it applied to four; none of business."""

    @pytest.fixture(autouse=True)
    def reviews(self, minh, son):
        made = [answered(minh) for _ in range(5)]
        drawn(son)
        two_errors = {"plain_words": NOT_MET, "next_step": NOT_MET}
        nothing_of_compliance = dict.fromkeys(("identity", "privacy", "by_the_policy", "no_demand"), NA)
        for one, errors in zip(
            made,
            (
                two_errors,
                {"plain_words": NOT_MET},
                {"privacy": NOT_MET},
                {},
                nothing_of_compliance,
            ),
            strict=True,
        ):
            reviewed(son, one, **errors)

    def test_by_hand(self, client):
        page = text_of(client.get(reverse("reports:quality"), {"from": "2026-11", "to": "2026-11"}))
        # Passed: 4 of 5 (83 % for two errors of twelve). Wilson by hand, z = 1.96: 4 of 5 from 37.6 to 96.4 per cent, 3 of 5
        # from 23.1 to 88.2, 5 of 5 from 56.6, 3 of 4 from 30.1 to 95.4.
        assert "11/2026 5 80% 4 of 5 37–97% 60% 3 of 5 23–89% 100% 5 of 5 56–100% 75% 3 of 4 30–96%" in page

    @pytest.mark.parametrize("by", ["month", "department"])
    def test_every_figure_opens_exactly_its_reviews(self, client, by):
        page = client.get(reverse("reports:quality"), {"by": by}).content.decode()
        found = re.findall(r'<td><a href="([^"]+)">([^<]+)</a>(?: <span class="reports-under">([^<]+))?', page)
        assert len(found) >= 5
        for url, text, under in found:
            listed = client.get(html.unescape(url)).content.decode()
            count = re.search(r'id="count">(\d+) ', listed)[1]
            assert count == (under.split(" of ")[0] if under else text), url

    @pytest.mark.parametrize("by", ["month", "department"])
    def test_no_interval_where_strata_are_together(self, client, make_staff, son, by):
        """Two agents' work is the share of what was reviewed: nothing is said of what was not."""
        khoa = make_staff("khoa", Role.SPECIALIST, "payments")
        one = answered(khoa)
        drawn(son)
        reviewed(son, Review.objects.get(case=one).case)
        page = text_of(client.get(reverse("reports:quality"), {"from": "2026-11", "to": "2026-11", "by": by}))
        assert " 6 83% 5 of 6 – 66% 4 of 6 – 100% 6 of 6 – 80% 4 of 5 – " in page
        assert "Shares are of the cases reviewed, not of all work" in page

    def test_another_department_has_none(self, client):
        page = text_of(client.get(reverse("reports:quality"), {"department": "technical"}))
        assert "No case fits what is chosen." in page


@pytest.mark.parametrize(("name", "queries"), [("quality:work", 8), ("reports:quality", 7), ("reports:reviews", 8)])
def test_what_a_page_costs(client, make_staff, minh, son, django_assert_num_queries, name, queries):
    waiting = [answered(minh), answered(minh)]
    drawn(son)
    reviewed(son, waiting[0])
    client.get(reverse(name))
    with django_assert_num_queries(queries):
        client.get(reverse(name))
    more = [answered(make_staff(f"k{number}", Role.SPECIALIST, "payments")) for number in range(4)]
    drawn(son)
    for one in more[:2]:
        reviewed(son, one)
    with django_assert_num_queries(queries):
        client.get(reverse(name))


def test_what_a_review_costs(client, minh, son, django_assert_num_queries):
    review = one_review(son, answered(minh))
    url = reverse("quality:review", args=[review.pk])
    client.get(url)
    with django_assert_num_queries(8):
        client.get(url)
    reviewed(son, review.case)
    with django_assert_num_queries(7):
        client.get(url)


class TestTheForm:
    def test_a_draft_is_begun_changed_and_published_by_administrators(self, client, make_staff, son):
        client.force_login(in_english(make_staff("admin", Role.ADMINISTRATOR)))
        begun = client.post(reverse("admin:quality_reviewform_add"), {"note": "Thêm một dòng"}, follow=True)
        assert "A draft is begun." in text_of(begun)
        assert "exists already" in text_of(client.post(reverse("admin:quality_reviewform_add"), {"note": "x"}))

    def test_what_is_published_is_read_only(self, client, make_staff, son):
        client.force_login(in_english(make_staff("admin", Role.ADMINISTRATOR)))
        form = forms.in_force()
        assert client.get(reverse("admin:quality_reviewform_change", args=[form.pk])).status_code == 200
        assert client.post(reverse("admin:quality_reviewform_change", args=[form.pk]), {"note": "x"}).status_code == 403
