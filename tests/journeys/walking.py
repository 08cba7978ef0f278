"""The people of the stories, each with what they have: a desk, a browser, a mail box, an app. They act through nothing else."""

import hashlib
import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

import cases.tasks
import channels_app.tasks
from cases.events import flaws_of
from cases.models import Case, Category
from cases.records.models import RecordFile, RecordKind, Snapshot
from channels_app import mailboxes
from cskh.celery import app
from tests.api import bearer, token
from tests.cases.evidence.files import kept
from tests.channels_app.mail import AN, deliver, headers_of, mail

CALLER = "+84912345678"
TASKS = (cases.tasks, channels_app.tasks)  # known to `app` once they are loaded


class Workers:
    """Work that was asked for is done by the tasks themselves, in the order in which it was asked for."""

    def send(self, name, ids, countdown):
        """Stands in for the broker."""
        app.tasks[name](*ids)

    def work(self):
        """Everything that waits for a commit happens, as if there had been one; and what that asks for, until all is quiet."""
        while connection.run_on_commit:
            _savepoints, asked_for, _is_robust = connection.run_on_commit.pop(0)
            asked_for()

    def sweep(self):
        """One beat of the clock."""
        cases.tasks.sweep_due()
        self.work()


class Desk:
    """Somebody of ours at the desk."""

    def __init__(self, user, workers):
        self.user, self.workers = user, workers
        self.client = Client()
        self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def tries(self, case, action, **said):
        """The answer to a press of that button, whatever it is."""
        case.refresh_from_db()
        address = reverse("admin:cases_case_step", args=[case.pk, action])
        answer = self.client.post(address, {"version": case.last_event_number, **said})
        self.workers.work()
        case.refresh_from_db()
        return answer

    def does(self, case, action, **said):
        answer = self.tries(case, action, **said)
        assert answer.status_code == 302, (action, errors_in(answer))

    def is_refused(self, case, action, **said):
        """The status, and what is said of it, field by field."""
        answer = self.tries(case, action, **said)
        assert answer.status_code != 302, action
        return answer.status_code, errors_in(answer)

    def classifies(self, case, slug, nature="service_request"):
        self.does(case, "classify", category=Category.objects.get(slug=slug).pk, nature=nature)

    def asks(self, case, *names, **said):
        """Asks the customer for these things of the checklist, by their names."""
        self.does(case, "request-evidence", listed=names, due_at=self._usual_due(case), **said)

    def may_not_ask(self, case, *names, **said):
        """The status with which asking is refused."""
        due_at = self._usual_due(case)
        return self.is_refused(case, "request-evidence", listed=names, due_at=due_at, **said)[0]

    def _usual_due(self, case):
        form = self.client.get(reverse("admin:cases_case_step", args=[case.pk, "request-evidence"])).context["form"]
        return form.initial["due_at"].strftime("%Y-%m-%dT%H:%M")

    def page(self, case):
        """The page of the case, as text."""
        return self.client.get(reverse("admin:cases_case_change", args=[case.pk])).content.decode()

    def facts_page(self, case):
        return self.client.get(reverse("admin:cases_case_verify", args=[case.pk])).context

    def misses(self, case):
        """What the page of the facts says is missing."""
        return self.facts_page(case)["missing"]

    def reads(self, case):
        """The page of the facts, as text."""
        return self.client.get(reverse("admin:cases_case_verify", args=[case.pk])).content.decode()

    def line(self, case, slug):
        return next(card.line for card in self.facts_page(case)["cards"] if card.line.slug == slug)

    def state(self, case, slug):
        return self.line(case, slug).fact_state

    def finds(self, case, slug, result, **sources):
        self.does(case, "verify-fact", fact=slug, result=result, **sources)

    def confirms(self, case, slug):
        """Says the same as the first, as the second person."""
        self.does(case, "confirm-fact", finding=self.line(case, slug).verdict.pk)

    def checks(self, case, *slugs, note="Đã xem"):
        for slug in slugs:
            self.does(case, "make-check", check=slug, note=note)

    def accepts(self, case, item, thing=""):
        self.does(case, "check-evidence", item=item.pk, result="accepted", thing=thing)

    def rejects(self, case, item, reason):
        self.does(case, "check-evidence", item=item.pk, result="rejected", reason=reason)

    def pulls(self, case, kind):
        """The record that the checklist names, as it is kept."""
        self.does(case, "pull-records", kind=kind)
        return Snapshot.objects.filter(case=case, kind=kind).latest("pk")

    def hands_in(self, content, text):
        """A file of records, with the columns as they were guessed."""
        answer = self.client.post(
            reverse("admin:records_recordfile_add"), {"content": content, "file": file(f"{content}.csv", text.encode())}
        )
        handed_in = RecordFile.objects.latest("pk")
        assert self.client.post(answer.url, handed_in.columns).status_code == 302
        self.workers.work()
        handed_in.refresh_from_db()
        assert handed_in.state == RecordFile.State.LIVE

    def logs_call(self, **typed):
        """What the hotline page keeps of a call; gives the case it is about."""
        kept = {"number": CALLER, "nature": "service_request", "direction": "in", "outcome": "reached", **typed}
        answer = self.client.post("/admin/hotline/log/", kept, follow=True)
        self.workers.work()
        assert answer.redirect_chain, answer.context["form"].errors
        return Case.objects.get(code=answer.redirect_chain[0][0].partition("logged=")[2])

    def calls_owed(self):
        """Whom the hotline page says to call, with what is to be read out to them."""
        return self.client.get("/admin/hotline/").context["owed"]

    def sees_file(self, item):
        """The copy that the pipeline made, as this person's browser gets it."""
        answer = self.client.get(reverse("evidence:preview", args=[item.public_id]))
        assert (answer.status_code, answer["Content-Type"].partition("/")[0]) == (200, "image"), item
        return answer.getvalue() if answer.streaming else answer.content


def errors_in(answer):
    form = (answer.context or {}).get("form")
    return form.errors.get_json_data() if form is not None else answer.content.decode()[:300]


class Mailbox:
    """A customer who writes mail, and reads what we send."""

    def __init__(self, servers, workers, address=AN, name="Nguyễn Văn An"):
        self.servers, self.workers, self.address, self.name = servers, workers, address, name

    def writes(self, body, *, subject="Nạp tiền chưa vào", files=(), answers=None):
        letter = mail(body, sender=f"{self.name} <{self.address}>", subject=subject, files=files, answers=answers)
        deliver(self.servers, letter, sender=self.address)
        for address in mailboxes.addresses():
            channels_app.tasks.poll_mailbox(address)
        channels_app.tasks.sweep_inbound()
        self.workers.work()

    def answers(self, body, **how):
        self.writes(body, answers=self.servers.mails(self.address)[-1], **how)

    def last(self):
        """The words of the newest mail, in one line."""
        return " ".join(self._last_text().split())

    def link(self):
        """The link in the newest mail that opens the request: not the one where everybody asks for a code first."""
        return next(link for link in re.findall(r"http://testserver(/\S+)", self._last_text()) if "?code=" not in link)

    def _last_text(self):
        return headers_of(self.servers.mails(self.address)[-1]).get_body(("plain",)).get_content()


class Browser:
    """A customer's browser."""

    def __init__(self, workers, language="vi"):
        self.client, self.workers = Client(headers={"accept-language": language}), workers

    def follows(self, link):
        assert self.client.get(link, follow=True).status_code == 200
        return self

    def follows_by_code(self, case, called_by):
        """With the six digits that a colleague reads out to whoever asked for them."""
        self.client.post("/track/", {"code": case.code})
        self.workers.work()
        digits = next(owed.one_time_code for owed in called_by.calls_owed() if owed.one_time_code)
        assert self.client.post("/track/code/", {"digits": digits}).url == f"/track/{case.code}/"
        return self

    def opens(self, *files, **typed):
        """Fills in the public form; gives the case."""
        form = self.client.get("/request/").context["form"]
        kept = {"token": form["token"].value(), "nature": "service_request", "category": ""}
        answer = self.client.post("/request/", {**kept, **typed, "documents": list(files)})
        assert answer.status_code == 302, answer.context["form"].errors
        self.workers.work()
        return Case.objects.latest("pk")

    def page(self, case):
        return self.client.get(f"/track/{case.code}/")

    def asked_for(self, case):
        """What the form on the page still waits for: its names, and how each is named in the form."""
        field = self.page(case).context["evidence_form"].fields.get("item")
        return {str(label): value for value, label in field.choices if value not in ("", "asked")} if field else {}

    def sends(self, case, *files, text="", as_=None, status=302):
        """Files and words for the thing of that name, for something else (""), or as the form has chosen by itself."""
        field = self.page(case).context["evidence_form"].fields.get("item")
        chosen = {} if field is None else {"item": field.initial}
        if as_ is not None:
            chosen = {"item": self.asked_for(case)[as_] if as_ else ""}
        typed = {"text": text, "documents": list(files), **chosen}
        answer = self.client.post(f"/track/{case.code}/evidence/", typed)
        assert answer.status_code == status, answer.context["evidence_form"].errors
        self.workers.work()
        case.refresh_from_db()
        return answer

    def says(self, case, word, **typed):
        """accept or reject, on the answer that the page shows."""
        form = self.client.get(f"/track/{case.code}/{word}/").context["form"]
        answer = self.client.post(f"/track/{case.code}/{word}/", {"answer": form["answer"].value(), **typed})
        assert answer.status_code == 302
        self.workers.work()
        case.refresh_from_db()


class Visitor:
    """A visitor of the chat whose browser speaks plain HTTP."""

    def __init__(self, workers, language="vi"):
        self.client, self.workers, self.said = Client(), workers, 0
        started = self._post("start", language=language).json()
        self.key = started["key"]

    def says(self, body):
        assert self._post("say", client_id=self._new_id(), body=body, after=0).status_code == 200
        self.workers.work()

    def sends(self, file):
        typed = {"client_id": self._new_id(), "file": file}
        answer = self.client.post("/chat/file", typed, headers={"authorization": f"Chat {self.key}"})
        self.workers.work()
        return answer

    def lines(self):
        return self.client.get("/chat/lines", headers={"authorization": f"Chat {self.key}"}).json()["lines"]

    def reads(self):
        """Everything that was said to them; it is read by that."""
        lines = self.lines()
        self._post("read", id=lines[-1]["id"])
        return [line["body"] for line in lines if line["from"] != "visitor"]

    def accepts(self):
        [*_, answer] = [line["answer"] for line in self.lines() if line["answer"]]
        assert self._post("accept", answer=answer).status_code == 200
        self.workers.work()

    def _new_id(self):
        self.said += 1
        return f"visitor-{self.said:06d}"

    def _post(self, word, **content):
        headers = {"authorization": f"Chat {self.key}"} if hasattr(self, "key") else {}
        return self.client.post(f"/chat/{word}", content, "application/json", headers=headers)


class Phone:
    """The operator's app, with the customer signed in: REST with a token that is new each time."""

    def __init__(self, workers, subject="BX100231"):
        self.subject, self.workers = subject, workers

    def opens(self, **matter):
        return Case.objects.get(code=self._does("post", "/api/v1/cases/", {"channel": "app", **matter}, 201)["code"])

    def case(self, case):
        return self._does("get", self._at(case), None, 200)

    def line(self, case, slug):
        return next(line for line in self.case(case)["checklist"] if line["slug"] == slug)

    def letters(self, case):
        """What we told the customer; fetching it is getting it."""
        said = self._does("get", f"{self._at(case)}messages/", None, 200)["results"]
        return [one["body"] for one in said if one["direction"] == "out"]

    def sends(self, case, slug, **said):
        """A file, or words, for the thing that was asked for."""
        item = self.line(case, slug)["item"]
        return self._does("post", f"{self._at(case)}evidence/", {"item": item, **said}, 201, format="multipart")

    def says(self, case, word, **said):
        return self._does("post", f"{self._at(case)}{word}/", said, 200)

    def _at(self, case):
        return f"/api/v1/cases/{case.code}/"

    def _does(self, method, address, said, status, **how):
        answer = getattr(bearer(token(self.subject)), method)(address, said, **how)
        assert answer.status_code == status, answer.content
        self.workers.work()
        return answer.json()


class Books:
    """What the operator's own systems know, by kind. `asked` is what they were asked for."""

    def __init__(self):
        self.rows, self.asked = {kind.value: [] for kind in RecordKind}, []

    def know(self, kind, **row):
        self.rows[kind].append(row)

    def answer(self, kind, asked):
        self.asked.append(kind)
        named = {name: asked[name] for name in ("code", "customer") if name in asked}
        found = [row for row in self.rows[kind] if all(row.get(name) == value for name, value in named.items())]
        return 200, {"rows": found}


def file(name, data, content_type="application/octet-stream"):
    return SimpleUploadedFile(name, data, content_type)


def closed_whole(case, *, as_="accepted"):
    """Asserts that the case ended so, with nothing left running, a record that holds, and every file as it was sent."""
    case.refresh_from_db()
    assert (case.status, case.closed_as) == ("closed", as_)
    assert not case.clocks.filter(stopped_at=None).exists()
    assert list(flaws_of(case)) == []
    for item in case.evidence.exclude(file=None).select_related("file"):
        assert hashlib.sha256(kept(item.file.original.name)).hexdigest() == item.file.sha256
        assert item.file.preview_state != "waiting"
        events = list(item.custody_entries.values_list("event", flat=True))
        assert events[0] == "received", events
