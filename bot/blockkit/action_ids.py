"""Every action, callback and block id, once: what a view sends and a handler listens for."""

import re

# A button's value holds ids as they are; a menu's options are narrower and hold handles (bot.schedule.handles).
DETAILS = "details"  # a talk's id in the value

DETAILS_CHOSEN = "details-chosen"

DETAILS_FOUND = "details-found"  # chosen in a menu that fills as one types

LINK = "link"  # a button that opens an address; there is nothing to do but to acknowledge it

SHARE = "share"  # the question in the value; its answer goes to everyone here

MORE = "more"  # the question in the value; its whole list goes to the asker

ASK = "ask"  # a question in the value, as if it had been typed

ALL_CHANGES = "all-changes"  # what has become of the schedule lately

USE_SOURCE = "use-source"  # the number of a version in the value, which was refused

REMIND_ME = "remind-me"

REMIND_PREVIEW = "remind-preview"  # `here` in words: what turning on would mean

REMIND_ON = "remind-on"  # `here 15 track security` in the value

PAUSE = "pause"  # everything that the bot sends unasked

RESUME = "resume"

SAVE = "save"  # a talk's id in the value

SAVE_CHOSEN = "save-chosen"

SAVE_FOUND = "save-found"

SAVE_REPLACE = "save-instead"  # what is said to it takes the message's place

SAVE_CHOSEN_REPLACE = "save-chosen-instead"

UNSAVE = "unsave"

UNSAVE_REPLACE = "unsave-instead"

UNSAVE_CHOSEN = "unsave-chosen"

AGENDA = "agenda"

SEND_AGENDA = "send-agenda"

SHARE_AGENDA = "share-agenda"

SHARE_SUBMITTED = "share-given"  # a modal's callback

CALENDAR = "calendar"

NEW_FEED = "new-feed"

END_FEED = "end-feed"

SETTINGS = "settings"

SEND_MY_DATA = "send-my-data"

DELETE_MY_DATA = "delete-my-data"

CHOOSE_LEAD = "choose-lead"  # minutes, or `off`, in the chosen option

CHOOSE_DIGEST = "choose-digest"

VOTE = "vote"  # a colour and a talk's id in the value

COMMENT = "comment"

COMMENT_SUBMITTED = "comment-given"  # a modal's callback

FIND = "find"  # the global shortcut

FINDER = "finder"  # modals' callbacks

CARD = "card"

SPEAKER = "speaker"

INFO_MODAL = "said"

SPEAKER_FOUND = "speaker-found"

ORGANISE = "organise"  # a talk's id in the value

ORGANISER = "organiser"  # modals' callbacks: the menu

ACTION_FORM = "deed-form"

ACTION_CONFIRM = "deed-confirm"

ACTION_DONE = "deed-done"

CHANGES = "changes"

ORGANISE_FOUND = "organise-found"  # a talk, chosen in a menu that fills as one types

ROOM_FOUND = "room-found"

TARGET_FOUND = "where-found"

ORGANISER_ACTION = "deed"  # what is to be done and a talk's id in the value

UNDO = "undo"  # an amendment's number in the value

LIST_CHANGES = "list-changes"

PAUSE_HERE = "pause-here"

RESUME_HERE = "resume-here"

ANNOUNCE = "announce"  # a talk's id in the value, or nothing

ANNOUNCE_FORM = "announce-form"  # modals' callbacks

ANNOUNCE_CONFIRM = "announce-confirm"

ANNOUNCED = "announced"

RECIPIENTS_FOUND = "whom-found"

STOP_ANNOUNCING = "stop-announcing"  # the announcement's id in the value

HOME_PAGE = "go"  # a page of App Home in the value (bot.views.places)

DISMISS = "dismiss"  # the message with this button goes away


def numbered(action: str, number: int) -> str:
    """The same action's id for one of several buttons: ids must differ within a block."""
    return f"{action}:{number}"


def matching(*actions: str) -> re.Pattern[str]:
    """What a handler listens for: these actions, each alone or one of several."""
    return re.compile(rf"^({'|'.join(map(re.escape, actions))})(:\d+)?$")


def browse_action(kind: str) -> str:
    """The menu that browses App Home this way: by day, track, room or speaker."""
    return f"browse-{kind}"


def browse_kind(action: str) -> str:
    """By what the menu of this action browses."""
    return action.removeprefix("browse-")
