"""`/qcon remind`: turn reminders on and off."""
