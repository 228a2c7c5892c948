"""Notifications: what wakes people is told to them, where they are, by targets that the operator's file names.

`items` says what of a message may be told; `plan_file` to whom, and when; `notifier` groups it, waits, tries again and
says what is done, and knows neither Kafka nor HTTP; `webhook` and `services` deliver; `running` joins all of it.
"""
