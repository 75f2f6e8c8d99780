"""Pure building blocks of Slack's Block Kit: blocks, action ids, inputs, and talks and times as text."""
