"""The acts of the audit log in words."""

from __future__ import annotations

from livesupport.i18n import gettext as _


def act_words() -> dict[str, str]:
    """What each act means; an act without words is shown by its name."""
    return {
        "agent.created": _("added the person"),
        "agent.changed": _("changed the person"),
        "agent.disabled": _("disabled the person"),
        "agent.enabled": _("enabled the person"),
        "agent.password_reset": _("gave a new password to"),
        "agent.password_changed": _("changed their own password"),
        "token.created": _("made the token"),
        "token.revoked": _("revoked the token"),
        "site.created": _("added the site"),
        "site.changed": _("changed the site"),
        "site.user_key": _("made a key for people of the site"),
        "topic.created": _("added the topic"),
        "topic.renamed": _("renamed a topic to"),
        "topic.removed": _("removed the topic"),
        "type.created": _("added the type of requests"),
        "type.changed": _("changed the type of requests"),
        "type.retired": _("retired the type of requests"),
        "type.offered": _("offered again the type of requests"),
        "canned.created": _("added the ready answer"),
        "canned.changed": _("changed the ready answer"),
        "canned.removed": _("removed the ready answer"),
        "data.backed_up": _("made the backup"),
        "data.restored": _("restored the data from the backup of"),
        "person.exported": _("exported what is held about a person"),
        "person.erased": _("erased what was held about a person"),
    }
