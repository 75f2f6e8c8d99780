"""Every action and callback id, once: views send them, and listeners are marked with them."""

import re

# A button's value holds full ids. The options of a menu are narrower and hold short ids (bot.schedule.models).
DETAILS = "details"  # a talk's id in the value
DETAILS_CHOSEN = "details-chosen"  # in messages that were posted before each row had its menu
DETAILS_FOUND = "details-found"  # chosen in a menu that fills while one types
TALK_MENU = "talk-menu"  # details, save or remove, share, and the talk, in the chosen option (bot.blockkit.talk_row)

LINK = "link"  # a button that opens an address; it only needs the acknowledgement

SHARE_ANSWER = "share"  # the question in the value; its answer goes to everyone here
MORE = "more"  # the question in the value; its whole list goes to the asker
PAGE = "page"  # the number of a page of a list, and its question, in the value
ASK = "ask"  # a question in the value, as if it had been typed

ALL_CHANGES = "all-changes"  # the changes of the schedule in the last day
USE_SOURCE = "use-source"  # the number of a refused version in the value

REMIND_ME = "remind-me"
REMIND_PREVIEW = "remind-preview"  # `here …` in the value; asks for a preview of the reminders
REMIND_ON = "remind-on"  # `here 15 track security` in the value
PAUSE = "pause"  # pauses everything that the bot sends unasked
RESUME = "resume"

SAVE = "save"  # a talk's id in the value
SAVE_CHOSEN = "save-chosen"
SAVE_FOUND = "save-found"
SAVE_REPLACE = "save-instead"
SAVE_CHOSEN_REPLACE = "save-chosen-instead"
SAVING = (SAVE, SAVE_CHOSEN, SAVE_FOUND, SAVE_REPLACE, SAVE_CHOSEN_REPLACE)
UNSAVE = "unsave"
UNSAVE_REPLACE = "unsave-instead"
UNSAVE_CHOSEN = "unsave-chosen"
INSTEAD = (SAVE_REPLACE, SAVE_CHOSEN_REPLACE, UNSAVE_REPLACE)  # the reply takes the message's place

AGENDA = "agenda"
AGENDA_PAGE = "agenda-page"  # the number of the page in the value
SEND_AGENDA = "send-agenda"

INTERESTS = "interests"
INTERESTS_SUBMITTED = "interests-given"  # a modal's callback id
PLAN = "plan"  # wishes in the value, as they are typed after `/qcon plan`
CHANGE_PLAN = "change-plan"  # wishes in the value
PLAN_MENU = "plan-menu"  # details, swap or leave out, and a talk, in the chosen option
PLAN_CHANGED = "plan-changed"  # a modal's callback id
SAVE_PLAN = "save-plan"  # short ids in the value, with spaces between

SHARE_AGENDA = "share-agenda"
SHARE_SUBMITTED = "share-given"  # modals' callback ids
SHARED = "shared"

CALENDAR = "calendar"
NEW_FEED = "new-feed"
END_FEED = "end-feed"

SETTINGS = "settings"
SEND_MY_DATA = "send-my-data"
DELETE_MY_DATA = "delete-my-data"
CHOOSE_LEAD = "choose-lead"  # minutes, or `off`, in the chosen option
CHOOSE_DIGEST = "choose-digest"
CHOOSE_CATCH_UP = "choose-catch-up"

VOTE = "vote"  # a colour and a talk's id in the value
COMMENT = "comment"
COMMENT_SUBMITTED = "comment-given"  # a modal's callback id

FIND = "find"  # the global shortcut
SPEAKER_FOUND = "speaker-found"
SPEAKER_SHOWN = "speaker-shown"  # a speaker's id in the value
SHARE_TALK = "share-talk"  # a talk's id in the value
FINDER = "finder"  # modals' callback ids
CARD = "card"
SPEAKER = "speaker"
INFO_MODAL = "said"

ORGANISE = "organise"  # a talk's id in the value
ORGANISE_MENU = "organise-menu"  # a talk's id in the value, or nothing
ORGANISE_FOUND = "organise-found"  # a talk, chosen in a menu that fills while one types
ROOM_FOUND = "room-found"
TARGET_FOUND = "where-found"
ORGANISER_ACTION = "deed"  # the action and a talk's id in the value

PRACTICAL = "practical"
UNDO = "undo"  # the number of a change in the value
DEMAND = "demand"
LIST_CHANGES = "list-changes"
PAUSE_HERE = "pause-here"
RESUME_HERE = "resume-here"
ORGANISER = "organiser"  # modals' callback ids
ACTION_FORM = "deed-form"
ACTION_CONFIRM = "deed-confirm"
ACTION_DONE = "deed-done"
CHANGES = "changes"
PRACTICAL_FORM = "practical-form"

ANNOUNCE = "announce"  # a talk's id in the value, or nothing
ANNOUNCE_FORM = "announce-form"  # modals' callback ids
ANNOUNCE_CONFIRM = "announce-confirm"
ANNOUNCED = "announced"
RECIPIENTS_FOUND = "whom-found"
STOP_ANNOUNCING = "stop-announcing"  # the announcement's id in the value

HOME_PAGE = "go"  # a page of App Home in the value (bot.handlers.home.home_view)
HOME_PART = "go-part"  # a page of App Home in the chosen option

DISMISS = "dismiss"  # deletes the message with this button


def numbered(action: str, number: int) -> str:
    """The action's id for one of several buttons, since ids must differ within a block."""
    return f"{action}:{number}"


def unnumbered(action: str) -> str:
    """The action that an id is of, numbered or not."""
    return action.partition(":")[0]


def matching(*actions: str) -> re.Pattern[str]:
    """A pattern that matches these actions, numbered or not."""
    return re.compile(rf"^({'|'.join(map(re.escape, actions))})(:\d+)?$")


def browse_action(kind: str) -> str:
    """The id of the menu that browses App Home by `kind`: day, track, room or speaker."""
    return f"browse-{kind}"


def browse_kind(action: str) -> str:
    """The kind that the menu with this id browses by."""
    return action.removeprefix("browse-")
