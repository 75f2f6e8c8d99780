"""Slack as a platform: the Bolt app and its guards inwards, the client and its call results outwards."""
