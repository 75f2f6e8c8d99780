"""Setting the bot up for a conference: a conversation, and the files that come of it."""
