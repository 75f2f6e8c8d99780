"""`qcon-bot rehearse`: a whole conference before the day, event to event, and what everyone would get."""
