"""Who is in the workspace, as Slack describes them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(slots=True)
class SlackUser:
    id: str
    name: str
    real_name: str
    zone: str = "Europe/London"
    title: str = ""
    is_admin: bool = False
    is_bot: bool = False
    deleted: bool = False

    def as_slack(self, team: str, now: datetime) -> dict[str, Any]:
        """A user object (docs.slack.dev/reference/objects/user-object); `now` decides the offset of the zone."""
        offset = now.astimezone(ZoneInfo(self.zone)).utcoffset()
        return {
            "id": self.id,
            "team_id": team,
            "name": self.name,
            "deleted": self.deleted,
            "real_name": self.real_name,
            "tz": self.zone,
            "tz_label": self.zone,
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "locale": "en-GB",
            "profile": self._profile(team),
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 1551780000,
        }

    def _profile(self, team: str) -> dict[str, Any]:
        return {
            "title": self.title,
            "real_name": self.real_name,
            "display_name": self.name,
            "real_name_normalized": self.real_name,
            "display_name_normalized": self.name,
            "team": team,
        }


# A small conference: the organiser is a workspace admin, the attendees come from four time zones.
ORGANISER = SlackUser("U0ORGANISE", "olivia", "Olivia Organiser", "Europe/London", "Runs the conference", is_admin=True)
ATTENDEES = (
    SlackUser("U0AMARA001", "amara", "Amara Okafor", "Africa/Lagos", "Platform engineer"),
    SlackUser("U0KENJI001", "kenji", "Kenji Sato", "Asia/Tokyo", "Site reliability engineer"),
    SlackUser("U0MARISOL1", "marisol", "Marisol Vega", "America/New_York", "Architect"),
)
BOT = SlackUser("U0QCONBOT1", "qcon", "qcon", "Etc/UTC", is_bot=True)
SLACKBOT = SlackUser("USLACKBOT", "slackbot", "Slackbot", "Etc/UTC")
