"""What the console's script says, in the language of who looks: rendered into the page, so that one catalogue serves all."""

from django.utils.translation import gettext as _


def words_for_script() -> dict[str, str]:
    """Texts by the names the script uses; `%(…)s` are filled in by it."""
    return {
        "visitor_waits": _("%(name)s is waiting for somebody."),
        "given": _("You were given a conversation: %(name)s."),
        "taken_back": _("%(name)s is no longer with you."),
        "waits": _("waiting %(time)s"),
        "unanswered": _("no reply for %(time)s"),
        "here": _("visitor is here"),
        "away": _("visitor has left"),
        "gone_mail": _("Left at %(time)s. What you write goes to %(address)s if it stays unread."),
        "gone_known": _("Left at %(time)s. They see your answer when they come back; %(address)s is not verified."),
        "gone_unknown": _("Left at %(time)s. They see your answer only when they come back: no address is known."),
        "ended": _("The conversation has ended."),
        "with_other": _("%(name)s is talking with this visitor now."),
        "waits_again": _("The visitor is waiting for somebody again."),
        "lost": _("This conversation went to colleagues whose cases you do not see."),
        "seen": _("seen"),
        "sending": _("sending…"),
        "not_sent": _("not sent yet; trying again"),
        "typing": _("writing…"),
        "automatic": _("automatic"),
        "note": _("internal note"),
        "official": _("official answer"),
        "not_taken": _("not taken:"),
        "no_server": _("The server does not answer. What you wrote is kept and sent again."),
        "failed": _("That did not work. Please try again."),
        "sound_on": _("Sound is on"),
        "sound_off": _("Sound is off"),
        "to_message": _("Write to the visitor. Enter sends, / inserts a template."),
        "to_note": _("Only colleagues read this. Enter saves."),
        "to_answer": _("The official answer of the case. Ctrl+Enter sends it and ends the conversation."),
        "send": _("Send"),
        "save_note": _("Save the note"),
        "send_answer": _("Answer and end"),
        "back_to_waiting": _("Back to those who wait"),
        "answered": _("Answered. The conversation has ended."),
        "handed_over": _("Handed over."),
        "classified": _("Classified."),
        "picture": _("Picture: %(name)s"),
    }
