"""From answers, talks and agendas to Slack's Block Kit; pure functions within Slack's limits."""
