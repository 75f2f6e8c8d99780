"""Every action, callback and block id, once: what a view sends and a handler listens for."""

DETAILS = "details"  # a talk's id in the value
SHARE = "share"  # the question in the value; its answer goes to everyone here
MORE = "more"  # the question in the value; its whole list goes to the asker
ASK = "ask"  # a question in the value, as if it had been typed

REMIND_PREVIEW = "remind-preview"  # `here` in words: what turning on would mean
REMIND_ON = "remind-on"  # `here 15 track security` in the value
REMIND_OFF = "remind-off"
DISMISS = "dismiss"  # the message with this button goes away
