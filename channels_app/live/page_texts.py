"""What the chat's scripts say, in the language of the page. `%(name)s` is filled in by the browser."""

from django.utils.translation import gettext as _


def texts() -> dict[str, str]:
    """By the names the scripts use."""
    return {
        # who speaks
        "you": _("You"),
        "us": _("Customer care"),
        "automatic": _("Automatic"),
        "answer": _("Official answer"),
        # what became of a message
        "sending": _("Sending…"),
        "sent": _("Sent"),
        "read": _("Read"),
        "not_sent": _("Not sent: %(why)s"),
        "remove": _("Remove"),
        "edit": _("Change the text"),
        "too_long": _("The text is too long: at most %(limit)s characters."),
        "typing": _("%(name)s is writing…"),
        # the code
        "code": _("Your tracking code"),
        "copy": _("Copy the code"),
        "copied": _("Copied"),
        # where the visitor stands
        "opening": _("Opening your conversation…"),
        "here": _("Somebody is here to talk with you."),
        "nobody": _(
            "Nobody is at the chat right now. Write to us all the same: you get a tracking code at once, and an answer."
        ),
        "next": _("You are next."),
        "place": _("You are number %(place)s in the queue."),
        "wait_seconds": _("Visitors usually wait less than a minute."),
        "wait_minutes": _("Visitors usually wait about %(minutes)s min."),
        "taken": _("Nobody is here now. Your request is taken."),
        "answer_by": _("You get an answer by %(time)s."),
        "leave_contact": _("Leave an email or a number for the answer"),
        "talking": _("%(name)s is talking with you."),
        "talking_us": _("Somebody is talking with you."),
        "ended": _("The conversation has ended. Write again to go on with the same request."),
        "answered": _("Our answer is here. Please say whether it settles your request."),
        "closed": _("Your request is closed. If something is still wrong, write here: we look at it again."),
        "follow": _("Follow your request"),
        "anew": _("Start a new conversation"),
        "expired": _(
            "Your earlier conversation has rested for long and is closed here; with its code you can still follow it. "
            "What you had not sent is kept below."
        ),
        # the connection
        "offline": _("No connection. What you write is kept and goes out when the connection is back."),
        "fault": _("Our server has a fault. What you write is kept; we are trying again."),
        "slow": _("Slow connection: messages may take some seconds."),
        "busy": _("That was a bit fast. Your message is kept and goes out in a moment."),
        # files
        "sends_file": _("I am sending a file: %(name)s"),
        "uploading": _("Sending %(name)s: %(percent)s%%"),
        "file_sent": _("%(name)s has arrived."),
        "file_failed": _("%(name)s was not sent: %(why)s"),
        "file_lost": _("the connection was lost"),
        "file_fault": _("our server has a fault"),
        "file_large": _("it is larger than %(limit)s MB"),
        "file_empty": _("it is empty"),
        "file_refused": _("could not be taken"),
        "again": _("Try again"),
        "cancel": _("Cancel"),
        "file": _("File"),
        # the answer
        "agree": _("I agree"),
        "disagree": _("I don't agree"),
        "agree_sure": _("Does this answer settle your request? It is then closed."),
        "agree_yes": _("Yes, it is settled"),
        "disagree_sure": _("Somebody else will look at your request again."),
        "reason": _("What is not right? (optional)"),
        "disagree_yes": _("Send: I don't agree"),
        "back": _("Back"),
        "agreed": _("Thank you. Your request is closed."),
        "disagreed": _("Thank you. Somebody else looks at it again."),
        # the contact
        "code_mailed": _(
            "We have sent a one-time code to %(address)s. Type it here, so that we know the address is yours."
        ),
        "contact_kept": _("Thank you. We reach you at %(address)s."),
        "contact_proved": _("Thank you. %(address)s is confirmed."),
        "failed": _("That did not work. Please try again."),
        # the window
        "title_unread": _("(%(count)s) %(title)s"),
    }
