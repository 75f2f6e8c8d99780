"""Plans of a day: what a person wishes, and the talks that fit together and matter most to them."""
